#include "quantization/calibrate.h"

#include <atomic>
#include <mutex>

namespace litesmith::quantization {
namespace {

class Runner {
 public:
  Runner(std::shared_ptr<const ir::Module> module, const std::string& signature, const SampleSource& source,
         const CalibrationOptions& options, const SampleRuns& runs, Context& context)
      : module_(std::move(module)),
        signature_(signature),
        source_(source),
        options_(options),
        runs_(runs),
        context_(context) {}

  Result<size_t> Run() {
    const size_t count = source_.count();
    total_ = count > options_.first ? (count - options_.first + options_.step - 1) / options_.step : 0;
    const auto workers = static_cast<int>(std::min<size_t>(static_cast<size_t>(options_.threads), total_));
    if (workers <= 1) {
      Work(0);
    } else {
      const std::unique_ptr<Threads> threads = MakeThreadPool(workers);
      threads->ParallelFor(workers, 1, [this](int64_t begin, int64_t end, int) {
        for (int64_t worker = begin; worker < end; ++worker) Work(static_cast<int>(worker));
      });
    }
    if (failed_ || context_.is_cancelled()) return kFailed;
    return ran_.load();
  }

 private:
  // Takes samples until there are none left or one failed.
  void Work(int worker) {
    size_t current = 0;
    runtime::Options options;
    options.custom_kernels = options_.custom_kernels;
    if (runs_.observer) {
      options.observer = [&](const ir::Value& value, const TensorView& view) {
        runs_.observer(worker, current, value, view);
      };
    }
    auto interpreter = runtime::Interpreter::Create(module_, signature_, options, context_);
    if (!interpreter) failed_ = true;
    while (!failed_ && !context_.is_cancelled()) {
      const size_t next = next_.fetch_add(1);
      if (next >= total_) return;
      current = options_.first + next * options_.step;
      if (!RunOne(worker, current, **interpreter)) failed_ = true;
      std::lock_guard lock(mutex_);
      if (options_.progress) options_.progress(++done_, total_);
    }
  }

  Result<void> RunOne(int worker, size_t sample, runtime::Interpreter& interpreter) {
    LS_TRY(const std::vector<Tensor> inputs, source_.Get(sample, context_));
    if (inputs.empty()) return {};
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i].valid()) LS_RETURN_IF_FAILED(interpreter.SetInput(i, inputs[i]));
    }
    interpreter.ResetState();
    LS_RETURN_IF_FAILED(interpreter.Invoke());
    ++ran_;
    if (runs_.each) return runs_.each(worker, sample, interpreter);
    return {};
  }

  std::shared_ptr<const ir::Module> module_;
  const std::string& signature_;
  const SampleSource& source_;
  const CalibrationOptions& options_;
  const SampleRuns& runs_;
  Context& context_;
  std::atomic<size_t> next_ = 0, ran_ = 0;
  std::atomic<bool> failed_ = false;
  std::mutex mutex_;
  size_t done_ = 0, total_ = 0;
};

}  // namespace

Result<size_t> RunSamples(std::shared_ptr<const ir::Module> module, const std::string& signature,
                          const SampleSource& source, const CalibrationOptions& options,
                          const SampleRuns& runs, Context& context) {
  return Runner(std::move(module), signature, source, options, runs, context).Run();
}

Result<size_t> Calibrate(std::shared_ptr<const ir::Module> module, const std::string& signature,
                         const SampleSource& source, const CalibrationOptions& options,
                         Observations& observations, PatchCollection* patches, Context& context) {
  std::vector<Observations> parts(static_cast<size_t>(std::max(options.threads, 1)));
  SampleRuns runs;
  runs.observer = [&](int worker, size_t sample, const ir::Value& value, const TensorView& view) {
    parts[static_cast<size_t>(worker)].Add(value, view, sample);
    if (patches != nullptr) patches->Add(value, view, sample);
  };
  LS_TRY(const size_t ran, RunSamples(std::move(module), signature, source, options, runs, context));
  for (const Observations& part : parts) observations.Merge(part);
  return ran;
}

}  // namespace litesmith::quantization
