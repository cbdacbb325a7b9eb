#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "base/host.h"

namespace litesmith {
namespace {

// Ops are often shorter than waking a sleeping thread takes (facts: performance, section 5).
constexpr auto kSpin = std::chrono::microseconds(40);

inline void Pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Waits until `ready()`: spinning first, then asleep. `asleep` tells the one who makes it ready that it has
// to wake.
class Waiter {
 public:
  template <class Ready>
  void Wait(const Ready& ready) {
    const auto until = std::chrono::steady_clock::now() + kSpin;
    do {
      for (int i = 0; i < 32; ++i) {
        if (ready()) return;
        Pause();
      }
    } while (std::chrono::steady_clock::now() < until);
    std::unique_lock lock(mutex_);
    asleep_.store(true);
    wake_.wait(lock, ready);
    asleep_.store(false);
  }
  // To be called after the store that makes the other side ready. Both orders are sequentially consistent:
  // either the waiter sees the store before it sleeps, or this sees that it sleeps.
  void Wake() {
    if (!asleep_.load()) return;
    { std::lock_guard lock(mutex_); }
    wake_.notify_one();
  }

 private:
  std::atomic<bool> asleep_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
};

using Body = std::function<void(int64_t, int64_t, int)>;

class ThreadPool : public Threads {
 public:
  explicit ThreadPool(int count) : count_(std::max(count, 1)) {}

  ~ThreadPool() override {
    for (auto& worker : workers_) {
      worker->body = nullptr;
      worker->ticket.fetch_add(1);
      worker->waiter.Wake();
    }
    for (auto& worker : workers_) worker->thread.join();
  }

  int count() const override { return count_; }

  void ParallelFor(int64_t count, int64_t grain, const Body& body) override {
    if (count <= 0) return;
    const int64_t share = count / count_ + (count % count_ != 0);
    const int64_t piece = std::max({share, grain, int64_t{1}});
    // A pool that is busy already was called from within a body, or by a second thread: then the caller does
    // it all.
    if (piece >= count || busy_.exchange(true, std::memory_order_acquire)) {
      for (int64_t begin = 0, worker = 0; begin < count; ++worker) {
        const int64_t end = count - begin > piece ? begin + piece : count;
        body(begin, end, static_cast<int>(worker));
        begin = end;
      }
      return;
    }
    Share(count, piece, body);
    busy_.store(false, std::memory_order_release);
    if (problem_ != nullptr) std::rethrow_exception(std::exchange(problem_, nullptr));
  }

 private:
  struct alignas(64) Worker {
    std::atomic<uint32_t> ticket{0};  // raised when there is work; body null then means the end
    const Body* body = nullptr;
    int64_t begin = 0, end = 0;
    Waiter waiter;
    std::thread thread;
  };

  // Pieces 1.. go to the workers, the caller takes piece 0.
  void Share(int64_t count, int64_t piece, const Body& body) {
    const int others = static_cast<int>((count - 1) / piece);
    while (static_cast<int>(workers_.size()) < others) Start();
    pending_.store(others);
    for (int i = 0; i < others; ++i) {
      Worker& worker = *workers_[static_cast<size_t>(i)];
      worker.body = &body;
      worker.begin = piece * (i + 1);
      worker.end = count - worker.begin > piece ? worker.begin + piece : count;
      worker.ticket.fetch_add(1);
      worker.waiter.Wake();
    }
    Do(body, 0, piece, 0);
    done_.Wait([&] { return pending_.load() == 0; });
  }

  void Start() {
    workers_.push_back(std::make_unique<Worker>());
    Worker* worker = workers_.back().get();
    const int number = static_cast<int>(workers_.size());
    worker->thread = std::thread([this, worker, number] {
      for (uint32_t seen = 0;;) {
        worker->waiter.Wait([&] { return worker->ticket.load() != seen; });
        ++seen;
        if (worker->body == nullptr) return;
        Do(*worker->body, worker->begin, worker->end, number);
        if (pending_.fetch_sub(1) == 1) done_.Wake();
      }
    });
  }

  // Exceptions (no memory) travel to the caller of ParallelFor.
  void Do(const Body& body, int64_t begin, int64_t end, int number) {
    try {
      body(begin, end, number);
    } catch (...) {
      std::lock_guard lock(problem_mutex_);
      if (problem_ == nullptr) problem_ = std::current_exception();
    }
  }

  const int count_;
  std::atomic<bool> busy_{false};
  std::atomic<int> pending_{0};
  Waiter done_;
  std::mutex problem_mutex_;
  std::exception_ptr problem_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace

std::unique_ptr<Threads> MakeThreadPool(int count) {
  if (count <= 1) return std::make_unique<SerialThreads>();
  return std::make_unique<ThreadPool>(count);
}

}  // namespace litesmith
