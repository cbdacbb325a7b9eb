#include <fcntl.h>
#include <unistd.h>
#include <csignal>
#include <cstring>

#include "base/host.h"
#include "cli/program.h"

namespace {

// Ctrl-C works at once, whatever is going on: what was being written is removed, nothing else needs to be put
// in order.
void Interrupt(int) {
  litesmith::RemoveUnfinishedFiles();
  _exit(130);
}

}  // namespace

int main(int argc, char** argv) {
  struct sigaction action {};
  action.sa_handler = Interrupt;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a reader that has gone is an error of writing, told as such
  return litesmith::cli::Main(argc, argv);
}
