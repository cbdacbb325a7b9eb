// One harness for the kernels of both rooms; each room's test program compiles it.
#include "kernels/reference/harness.cc"
