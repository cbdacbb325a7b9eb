// The program without main().
#pragma once

namespace litesmith::cli {

// Parses the command line, runs the command, and gives the exit status.
int Main(int argc, char** argv);

}  // namespace litesmith::cli
