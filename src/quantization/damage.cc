#include "quantization/damage.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "tfl/detection_op.h"
#include "tfl/ops.h"

namespace litesmith::quantization {
namespace {

// Sums of squares of a signal and of what it is off by.
struct Energy {
  double signal = 0, error = 0;
  void Add(const Energy& other) {
    signal += other.signal;
    error += other.error;
  }
};

// A tensor of integers as the numbers that it stands for; empty for what is neither that nor float32.
std::vector<float> RealOf(const TensorView& view) {
  const auto widen = [&]<class T>(std::type_identity<T>) {
    std::vector<float> real;
    real.reserve(static_cast<size_t>(view.elements()));
    const float scale = view.scale();
    const auto zero = static_cast<float>(view.zero_point());
    for (const T value : view.as<T>()) real.push_back(scale * (static_cast<float>(value) - zero));
    return real;
  };
  if (view.dtype == DType::kFloat32) return {view.as<float>().begin(), view.as<float>().end()};
  if (!view.quantized()) return {};
  if (view.dtype == DType::kInt8) return widen(std::type_identity<int8_t>{});
  if (view.dtype == DType::kInt16) return widen(std::type_identity<int16_t>{});
  return {};
}

Energy EnergyOf(const std::vector<float>& expected, const std::vector<float>& given) {
  Energy energy;
  if (expected.size() != given.size()) return energy;
  for (size_t i = 0; i < expected.size(); ++i) {
    const double value = expected[i], off = static_cast<double>(given[i]) - value;
    if (!std::isfinite(value) || !std::isfinite(off)) continue;
    energy.signal += value * value;
    energy.error += off * off;
  }
  return energy;
}

// Ops whose results say which elements were chosen: a small change of an operand changes them altogether.
bool Chooses(const ir::Node& node) {
  return node.op_name() == tfl::kDetectionPostProcess || node.Is(tfl::NON_MAX_SUPPRESSION_V4) ||
         node.Is(tfl::NON_MAX_SUPPRESSION_V5) || node.Is(tfl::TOPK_V2) || node.Is(tfl::WHERE) ||
         node.Is(tfl::ARG_MAX) || node.Is(tfl::ARG_MIN) || node.Is(tfl::UNIQUE) || node.Is(tfl::GATHER) ||
         node.Is(tfl::GATHER_ND);
}

// The float values nearest to the results that can be compared number by number.
std::vector<const ir::Value*> ProbesOf(const ir::Function& function) {
  std::vector<const ir::Value*> probes, pending;
  std::unordered_set<const ir::Value*> seen;
  const auto visit = [&](const ir::Value* value) {
    if (value != nullptr && value->constant() == nullptr && seen.insert(value).second)
      pending.push_back(value);
  };
  for (size_t i = function.result_count(); i-- > 0;) visit(function.result(i));
  while (!pending.empty()) {
    const ir::Value* value = pending.back();
    pending.pop_back();
    const ir::Node* node = value->node();
    if (node == nullptr) continue;
    if (value->type.dtype == DType::kFloat32 && !Chooses(*node)) {
      probes.push_back(value);
    } else {
      for (size_t i = node->operand_count(); i-- > 0;) visit(node->operand(i));
    }
  }
  return probes;
}

const ir::Node* DetectionOp(const ir::Function& function) {
  for (const ir::Node& node : function.nodes()) {
    if (node.op_name() == tfl::kDetectionPostProcess && node.output_count() == 4) return &node;
  }
  return nullptr;
}

const ir::Function* EntryOf(const ir::Module& module, const std::string& signature) {
  for (const ir::Signature& one : module.signatures) {
    if (one.key == signature) return module.FindFunction(one.function);
  }
  return module.functions().empty() ? nullptr : module.functions()[0].get();
}

// The samples of another source, those that fit into memory read once.
class KeptSamples final : public SampleSource {
 public:
  explicit KeptSamples(const SampleSource& all) : all_(all), kept_(all.count()) {}
  size_t count() const override { return all_.count(); }
  std::string name(size_t index) const override { return all_.name(index); }
  Result<std::vector<Tensor>> Get(size_t index, Context& context) const override {
    {
      std::lock_guard lock(mutex_);
      if (kept_[index]) return *kept_[index];
    }
    LS_TRY(std::vector<Tensor> sample, all_.Get(index, context));
    size_t bytes = 0;
    for (const Tensor& tensor : sample) bytes += tensor.bytes().size();
    std::lock_guard lock(mutex_);
    if (bytes <= room_ && !kept_[index]) {
      room_ -= bytes;
      kept_[index] = sample;
    }
    return sample;
  }

 private:
  const SampleSource& all_;
  mutable std::mutex mutex_;
  mutable size_t room_ = size_t{256} << 20;
  mutable std::vector<std::optional<std::vector<Tensor>>> kept_;
};

}  // namespace

class Comparison::Impl {
 public:
  Impl(std::shared_ptr<const ir::Module> original, const std::string& signature, const SampleSource& source,
       bool with_layers, Context& context)
      : original_(std::move(original)),
        signature_(signature),
        source_(source),
        with_layers_(with_layers),
        context_(context) {
    entry_ = EntryOf(*original_, signature);
    probes_ = ProbesOf(*entry_);
    detection_ = DetectionOp(*entry_);
    for (const ir::Value* probe : probes_) wanted_.insert(probe);
    if (detection_ != nullptr) {
      for (size_t i = 0; i < 4; ++i) wanted_.insert(detection_->output(i));
    }
    samples_.resize(source.count());
  }

  Result<Damage> Measure(const ir::ModuleCopy& copy, CalibrationOptions running) {
    running.first = 0;
    running.step = 1;
    // All tensors of all samples would not fit into memory: one sample after the other then.
    if (with_layers_) running.step = std::max<size_t>(samples_.size(), 1);
    for (; running.first < std::min(running.step, samples_.size()); ++running.first) {
      if (with_layers_ || !known_) LS_RETURN_IF_FAILED(RunOriginal(running));
      LS_RETURN_IF_FAILED(RunQuantized(copy, running));
      for (Sample& sample : samples_) {
        if (with_layers_) sample.expected.clear();
      }
    }
    known_ = true;
    return Sum();
  }

 private:
  using Numbers = std::unordered_map<const ir::Value*, std::vector<float>>;
  struct Sample {
    bool ran = false;
    Numbers expected;
    std::vector<std::pair<const ir::Value*, Energy>> energies;
    std::vector<Box> truth, found;
  };

  bool Wanted(const ir::Value& value) const {
    return (with_layers_ && value.function() == entry_) || wanted_.contains(&value);
  }

  Result<void> RunOriginal(const CalibrationOptions& running) {
    SampleRuns runs;
    runs.observer = [this](int, size_t sample, const ir::Value& value, const TensorView& view) {
      if (view.dtype == DType::kFloat32 && Wanted(value)) samples_[sample].expected[&value] = RealOf(view);
    };
    runs.each = [this](int, size_t index, runtime::Interpreter&) -> Result<void> {
      Sample& sample = samples_[index];
      sample.ran = true;
      if (detection_ != nullptr) sample.truth = BoxesFrom(sample.expected);
      return {};
    };
    LS_TRY([[maybe_unused]] const size_t ran,
           RunSamples(original_, signature_, source_, running, runs, context_));
    return {};
  }

  Result<void> RunQuantized(const ir::ModuleCopy& copy, const CalibrationOptions& running) {
    std::unordered_map<const ir::Value*, const ir::Value*> back;
    for (const auto& [from, to] : copy.values) {
      if (Wanted(*from)) back[to] = from;
    }
    std::vector<Numbers> given(static_cast<size_t>(std::max(running.threads, 1)));
    SampleRuns runs;
    runs.observer = [&](int worker, size_t, const ir::Value& value, const TensorView& view) {
      const auto original = back.find(&value);
      if (original != back.end()) given[static_cast<size_t>(worker)][original->second] = RealOf(view);
    };
    runs.each = [&](int worker, size_t index, runtime::Interpreter&) -> Result<void> {
      Numbers& numbers = given[static_cast<size_t>(worker)];
      Sample& sample = samples_[index];
      sample.energies.clear();
      for (const auto& [value, expected] : sample.expected) {
        const auto own = numbers.find(value);
        if (own != numbers.end()) sample.energies.emplace_back(value, EnergyOf(expected, own->second));
      }
      if (detection_ != nullptr) sample.found = BoxesFrom(numbers);
      numbers.clear();
      return {};
    };
    LS_TRY([[maybe_unused]] const size_t ran,
           RunSamples(copy.module, signature_, source_, running, runs, context_));
    return {};
  }

  // Added up in the order of the samples, so that it is the same for every number of threads.
  Damage Sum() const {
    Damage damage;
    std::unordered_map<const ir::Value*, Energy> sums;
    std::vector<std::vector<Box>> truth, found;
    for (const Sample& sample : samples_) {
      if (!sample.ran) continue;
      ++damage.samples;
      for (const auto& [value, energy] : sample.energies) sums[value].Add(energy);
      truth.push_back(sample.truth);
      found.push_back(sample.found);
    }
    for (const ir::Value* probe : probes_) {
      const Energy& energy = sums[probe];
      if (energy.signal > 0) damage.outputs.push_back({probe->name, std::sqrt(energy.error / energy.signal)});
    }
    if (detection_ != nullptr) damage.boxes = Compare(truth, found);
    for (const ir::Node& node : entry_->nodes()) {
      if (!with_layers_ || node.output_count() == 0) continue;
      const auto energy = sums.find(node.output(0));
      if (energy == sums.end() || !(energy->second.signal > 0)) continue;
      const double off = std::max(energy->second.error, energy->second.signal * 1e-20);
      damage.layers.push_back(
          {node.output(0)->name, std::string(node.op_name()), 10 * std::log10(energy->second.signal / off)});
    }
    return damage;
  }

  std::vector<Box> BoxesFrom(Numbers& from) const {
    std::vector<TensorView> views;
    for (size_t i = 0; i < 4; ++i) {
      std::vector<float>& numbers = from[detection_->output(i)];
      TensorView view;
      view.dtype = DType::kFloat32;
      view.dims = {static_cast<int64_t>(numbers.size())};
      view.data = reinterpret_cast<std::byte*>(numbers.data());
      views.push_back(std::move(view));
    }
    return BoxesOf(views);
  }

  const std::shared_ptr<const ir::Module> original_;
  const std::string& signature_;
  const KeptSamples source_;
  const bool with_layers_;
  Context& context_;
  const ir::Function* entry_ = nullptr;
  std::vector<const ir::Value*> probes_;
  const ir::Node* detection_ = nullptr;
  std::unordered_set<const ir::Value*> wanted_;
  bool known_ = false;  // what the original gives
  std::vector<Sample> samples_;
};

Comparison::Comparison(std::shared_ptr<const ir::Module> original, const std::string& signature,
                       const SampleSource& source, bool with_layers, Context& context)
    : impl_(std::make_unique<Impl>(std::move(original), signature, source, with_layers, context)) {}
Comparison::~Comparison() = default;

Result<Damage> Comparison::Measure(const ir::ModuleCopy& copy, const CalibrationOptions& running) {
  return impl_->Measure(copy, running);
}

double Damage::drop() const {
  if (boxes && boxes->boxes > 0) return 1 - boxes->at90;
  double most = 0;
  for (const OutputError& output : outputs) most = std::max(most, output.relative_rms);
  return most;
}

double Damage::error() const {
  double sum = 0;
  for (const OutputError& output : outputs) sum += output.relative_rms;
  return outputs.empty() ? 0 : sum / static_cast<double>(outputs.size());
}

}  // namespace litesmith::quantization
