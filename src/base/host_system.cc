// The POSIX host.
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <system_error>

#include "base/host.h"
#include "base/unfinished_files.h"

namespace litesmith {
namespace {

// A pipe has no size that could be checked beforehand.
constexpr size_t kMaxPipeBytes = size_t{1} << 32;

FileStatus StatusOf(int error) {
  FileStatus status;
  switch (error) {
    case 0:
      return status;
    case ENOENT:
    case ENOTDIR:
      status.problem = FileProblem::kMissing;
      break;
    case EISDIR:
      status.problem = FileProblem::kIsFolder;
      break;
    case EACCES:
    case EPERM:
    case EROFS:
      status.problem = FileProblem::kNotAllowed;
      break;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      status.problem = FileProblem::kNoSpace;
      break;
    default:
      status.problem = FileProblem::kOther;
      break;
  }
  status.detail = std::generic_category().message(error);
  return status;
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }
  // Closes, so that late write errors are seen; the error, or 0.
  int Close() { return ::close(std::exchange(number_, -1)) == 0 ? 0 : errno; }

 private:
  int number_;
};

int OpenRetrying(const char* path, int flags, mode_t mode = 0) {
  int number;
  do {
    number = ::open(path, flags | O_CLOEXEC, mode);
  } while (number < 0 && errno == EINTR);
  return number;
}

// All of `parts`; the error, or 0.
int WriteAll(int file, const std::vector<Bytes>& parts) {
  size_t part = 0, done = 0;  // `done` bytes of parts[part] are written
  while (part < parts.size()) {
    iovec pieces[64];
    int count = 0;
    for (size_t i = part; i < parts.size() && count < 64; ++i) {
      const Bytes rest = parts[i].subspan(i == part ? done : 0);
      pieces[count++] = {const_cast<std::byte*>(rest.data()), rest.size()};
    }
    const ssize_t written = ::writev(file, pieces, count);
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    done += static_cast<size_t>(written);
    while (part < parts.size() && done >= parts[part].size()) done -= parts[part++].size();
  }
  return 0;
}

FileResult<FileBytes> ReadPipe(int file) {
  const auto buffer = std::make_shared<std::vector<std::byte>>();
  for (;;) {
    const size_t size = buffer->size();
    if (size >= kMaxPipeBytes) return {{FileProblem::kOther, "the stream does not end within 4 GB"}, {}};
    buffer->resize(size + (size_t{1} << 20));
    const ssize_t got = ::read(file, buffer->data() + size, buffer->size() - size);
    buffer->resize(size + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && errno != EINTR) return {StatusOf(errno), {}};
    if (got == 0) break;
  }
  return {{}, {buffer, *buffer}};
}

FileResult<FileBytes> MapFile(int file, size_t size) {
  if (size == 0) return {{}, {std::make_shared<int>(0), {}}};
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  if (address == MAP_FAILED) return {StatusOf(errno), {}};
  std::shared_ptr<const void> owner(
      address, [size](const void* mapped) { ::munmap(const_cast<void*>(mapped), size); });
  return {{}, {std::move(owner), {static_cast<const std::byte*>(address), size}}};
}

class SystemHost : public Host {
 public:
  PathKind Kind(const std::string& path) override {
    struct stat info;
    if (::stat(path.c_str(), &info) != 0) return PathKind::kMissing;
    if (S_ISREG(info.st_mode)) return PathKind::kFile;
    return S_ISDIR(info.st_mode) ? PathKind::kFolder : PathKind::kOther;
  }

  FileResult<FileBytes> Map(const std::string& path) override {
    struct stat info;
    // Opening a named pipe waits for whoever writes to it, perhaps for ever. /dev/stdin and the shell's
    // <(...) have no name of their own to resolve to.
    if (::stat(path.c_str(), &info) == 0 && S_ISFIFO(info.st_mode) && Resolved(path))
      return {{FileProblem::kOther, "it is a named pipe, not a file"}, {}};
    const Descriptor file(OpenRetrying(path.c_str(), O_RDONLY));
    if (file.number() < 0) return {StatusOf(errno), {}};
    if (::fstat(file.number(), &info) != 0) return {StatusOf(errno), {}};
    if (S_ISDIR(info.st_mode)) return {StatusOf(EISDIR), {}};
    if (S_ISREG(info.st_mode)) return MapFile(file.number(), static_cast<size_t>(info.st_size));
    if (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode)) return ReadPipe(file.number());
    return {{FileProblem::kOther, "it is a device, not a file"}, {}};
  }

  FileResult<std::vector<std::string>> List(const std::string& folder) override {
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(folder.c_str()), ::closedir);
    if (stream == nullptr) return {StatusOf(errno), {}};
    std::vector<std::string> names;
    for (;;) {
      errno = 0;
      const dirent* entry = ::readdir(stream.get());
      if (entry == nullptr) break;
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    if (errno != 0) return {StatusOf(errno), {}};
    std::sort(names.begin(), names.end());
    return {{}, std::move(names)};
  }

  FileStatus Write(const std::string& path, const std::vector<Bytes>& parts) override {
    struct stat info;
    const bool exists = ::stat(path.c_str(), &info) == 0;
    if (exists && S_ISDIR(info.st_mode)) return StatusOf(EISDIR);
    if (exists && !S_ISREG(info.st_mode)) return WriteInto(path, parts);
    if (path.empty() || path.ends_with('/')) return StatusOf(EISDIR);
    if (exists && ::access(path.c_str(), W_OK) != 0) return StatusOf(errno);
    return WriteBeside(exists ? Resolved(path).value_or(path) : path, exists ? info.st_mode & 07777 : 0,
                       parts);
  }

  FileStatus MakeFolder(const std::string& path) override {
    if (::mkdir(path.c_str(), 0777) == 0) return {};
    const int error = errno;
    if (error == EEXIST && Kind(path) == PathKind::kFolder) return {};
    return StatusOf(error);
  }

  std::optional<std::string> Environment(const std::string& name) override {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  }

  double Seconds() override {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  }

  void* LibrarySymbol(const std::string& library, const std::string& symbol, std::string* problem) override {
    // Never closed: kernels and tables of the library may be in use until the program ends.
    void* handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    void* address = handle != nullptr ? ::dlsym(handle, symbol.c_str()) : nullptr;
    if (address == nullptr && problem != nullptr) {
      const char* text = ::dlerror();
      *problem = text != nullptr ? text : "the symbol has no address";
    }
    return address;
  }

 private:
  // What a symbolic link leads to, so that writing replaces the file and not the link; empty for what has no
  // path, as an anonymous pipe.
  static std::optional<std::string> Resolved(const std::string& path) {
    const std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), std::free);
    if (real == nullptr) return std::nullopt;
    return real.get();
  }

  // A pipe or a device such as /dev/stdout has no "beside". A pipe that nobody reads is no place to write to:
  // opening it without O_NONBLOCK would wait for a reader.
  static FileStatus WriteInto(const std::string& path, const std::vector<Bytes>& parts) {
    Descriptor file(OpenRetrying(path.c_str(), O_WRONLY | O_NONBLOCK));
    if (file.number() < 0 && errno == ENXIO) return {FileProblem::kOther, "no program reads from this pipe"};
    if (file.number() < 0) return StatusOf(errno);
    if (::fcntl(file.number(), F_SETFL, 0) != 0) return StatusOf(errno);
    const int error = WriteAll(file.number(), parts);
    return StatusOf(error != 0 ? error : file.Close());
  }

  static FileStatus WriteBeside(const std::string& path, mode_t mode, const std::vector<Bytes>& parts) {
    static std::atomic<unsigned> serial{0};
    for (int attempt = 0; attempt < 100; ++attempt) {
      const std::string temporary =
          path + ".part" + std::to_string(::getpid()) + "-" + std::to_string(serial++);
      const UnfinishedFile remembered(temporary);
      Descriptor file(OpenRetrying(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0666));
      if (file.number() < 0) {
        if (errno == EEXIST) continue;
        return StatusOf(errno);
      }
      if (mode != 0) (void)!::fchmod(file.number(), mode);
      int error = WriteAll(file.number(), parts);
      const int close_error = file.Close();
      if (error == 0) error = close_error;
      if (error == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
      if (error != 0) ::unlink(temporary.c_str());
      return StatusOf(error);
    }
    return StatusOf(EEXIST);
  }
};

}  // namespace

std::unique_ptr<Host> MakeSystemHost() { return std::make_unique<SystemHost>(); }

}  // namespace litesmith
