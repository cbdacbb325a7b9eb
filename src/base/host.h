// The host's services behind one interface, so that the rest of the house runs in a test, a browser or a
// sandbox: files, threads, the clock, shared libraries. SystemHost is the real one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/result.h"

namespace litesmith {

class FindingSink;

// Bytes of a file and what keeps them there (a mapping or a buffer).
struct FileBytes {
  std::shared_ptr<const void> owner;
  Bytes bytes;
};

enum class FileProblem : uint8_t { kNone, kMissing, kIsFolder, kNotAllowed, kNoSpace, kOther };

struct FileStatus {
  FileProblem problem = FileProblem::kNone;
  std::string detail;  // the system's own words
  explicit operator bool() const { return problem == FileProblem::kNone; }
};

template <class T>
struct FileResult {
  FileStatus status;
  T value{};
};

enum class PathKind : uint8_t { kMissing, kFile, kFolder, kOther };

// Runs pieces of work on several threads.
class Threads {
 public:
  virtual ~Threads() = default;
  // How many workers ParallelFor uses at most, the caller among them.
  virtual int count() const = 0;
  // Calls body(begin, end, worker) for disjoint ranges that cover [0, count), each at least `grain` long
  // except the last; worker is in [0, count()). Returns when all are done. Not to be nested. The split
  // depends on `count`, `grain` and count() alone.
  virtual void ParallelFor(int64_t count, int64_t grain,
                           const std::function<void(int64_t begin, int64_t end, int worker)>& body) = 0;
};

// One thread: the caller's.
class SerialThreads : public Threads {
 public:
  int count() const override { return 1; }
  void ParallelFor(int64_t count, int64_t, const std::function<void(int64_t, int64_t, int)>& body) override {
    if (count > 0) body(0, count, 0);
  }
};

// `count` threads, started at the first use; they spin briefly for the next piece of work before they sleep.
std::unique_ptr<Threads> MakeThreadPool(int count);

class Host {
 public:
  virtual ~Host() = default;
  virtual PathKind Kind(const std::string& path) = 0;
  // The file's bytes, mapped where that is possible.
  virtual FileResult<FileBytes> Map(const std::string& path) = 0;
  // Names (not paths) in a folder, sorted.
  virtual FileResult<std::vector<std::string>> List(const std::string& folder) = 0;
  // Writes beside `path` and renames, so that `path` holds either all of `parts`, one after the other, or
  // what it held before. Leftovers are removed on failure and on interruption.
  virtual FileStatus Write(const std::string& path, const std::vector<Bytes>& parts) = 0;
  virtual FileStatus MakeFolder(const std::string& path) = 0;
  virtual std::optional<std::string> Environment(const std::string& name) = 0;
  // Seconds of a clock that never goes back.
  virtual double Seconds() = 0;
  // Address of `symbol` in a shared library; empty with `problem` set when there is none.
  virtual void* LibrarySymbol(const std::string& library, const std::string& symbol,
                              std::string* problem) = 0;
};

std::unique_ptr<Host> MakeSystemHost();
// Removes the temporary files of writes under way; for the handler of Ctrl-C (safe in a signal handler).
void RemoveUnfinishedFiles();

// What every reader, pass and kernel is given.
struct Context {
  Host& host;
  FindingSink& findings;
  Limits limits = {};
  // Set by Ctrl-C: long work looks at it now and then and fails without a finding.
  const volatile bool* cancelled = nullptr;
  bool is_cancelled() const { return cancelled != nullptr && *cancelled; }
};

// Joins with one slash.
std::string JoinPath(std::string_view folder, std::string_view name);
// "a/b/c.txt" -> "c.txt"; "" for "a/".
std::string_view FileName(std::string_view path);
// "a/b/c.txt" -> ".txt" in lower case; "" without one.
std::string Extension(std::string_view path);

// Maps a file; a problem becomes the finding kFileMissing or kFileUnreadable with `what` it should have been.
Result<FileBytes> ReadFile(Context& context, const std::string& path, std::string_view what);
// Writes; a problem becomes kOutputUnwritable.
Result<void> WriteFile(Context& context, const std::string& path, const std::vector<Bytes>& parts);

}  // namespace litesmith
