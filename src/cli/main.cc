#include <fcntl.h>
#include <unistd.h>
#include <csignal>
#include <cstring>

#include "base/host.h"
#include "cli/program.h"

namespace {

// Ctrl-C works at once, whatever is going on: what was being written is removed, nothing else needs to be put
// in order.
void Interrupt(int number) {
  litesmith::RemoveUnfinishedFiles();
  constexpr char kWord[] = "\ninterrupted\n";
  (void)!write(STDERR_FILENO, kWord, sizeof(kWord) - 1);
  _exit(128 + number);  // 130 for Ctrl-C, as shells count
}

}  // namespace

int main(int argc, char** argv) {
  struct sigaction action {};
  action.sa_handler = Interrupt;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  // A reader that has gone and a file that grows too large are errors of writing, told as such.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  return litesmith::cli::Main(argc, argv);
}
