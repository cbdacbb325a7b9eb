/* Exports a function, but none that registers kernels. */
int SomethingElse(void);
int SomethingElse(void) { return 1; }
