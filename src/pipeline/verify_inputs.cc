#include "pipeline/verify_inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "base/checked.h"
#include "base/finding.h"
#include "pipeline/detector.h"
#include "tf/ops.h"

namespace litesmith::pipeline {
namespace {

// Sixteen million steps in 0..1; std::uniform_real_distribution differs between libraries.
double Uniform(std::mt19937& random) { return (random() >> 8) * (1.0 / 16777216.0); }

std::string WithoutIndex(const std::string& name) {
  return name.ends_with(":0") ? name.substr(0, name.size() - 2) : name;
}

struct Range {
  double low = 0, high = 1;
};

Range RangeOf(const runtime::TensorInfo* info) {
  if (info == nullptr || info->quantization == nullptr || info->quantization->scale.empty()) return {};
  const double scale = info->quantization->scale[0];
  const auto zero = static_cast<double>(info->quantization->zero_point_at(0));
  const int bits = std::min(BitsOf(info->dtype), 16);
  const double lowest = IsSigned(info->dtype) ? -std::ldexp(1.0, bits - 1) : 0;
  return {(lowest - zero) * scale, (lowest + std::ldexp(1.0, bits) - 1 - zero) * scale};
}

// One more than the largest index that is surely good: the size of the smallest table that the input indexes
// as it comes.
int64_t IndexLimit(const ir::Value& input) {
  int64_t limit = 8;
  for (const ir::Use& use : input.uses()) {
    const ir::Node& user = *use.user;
    const bool gathers = user.Is(tf::GatherV2) || user.Is(tf::Gather) || user.Is(tf::ResourceGather);
    if (!gathers || use.operand != 1) continue;
    const Shape& table = user.operand(0)->type.shape;
    const Tensor* axis = user.constant_operand(2);
    const auto place = axis != nullptr ? axis->ToInt64() : std::nullopt;
    const int64_t at = place && place->size() == 1 ? place->front() : 0;
    if (table.ranked() && at >= 0 && at < table.rank())
      limit = std::min(limit, std::max<int64_t>(table[static_cast<int>(at)].value_or(limit), 1));
  }
  return limit;
}

Tensor MadeUp(const ir::Value& input, DType dtype, Dims dims, Range range, std::mt19937& random) {
  const auto count = static_cast<size_t>(*CheckedProduct(dims));
  if (dtype == DType::kString) {
    static constexpr std::string_view kWords[] = {"", "a", "boat", "under", "the", "bridge"};
    std::vector<std::string_view> words;
    for (size_t i = 0; i < count; ++i) words.push_back(kWords[random() % std::size(kWords)]);
    return Tensor::OfStrings(std::move(dims), words);
  }
  if (!HasFixedSize(dtype)) return {};
  Tensor tensor = Tensor::Zeros(dtype, std::move(dims));
  const int64_t limit = IndexLimit(input);
  VisitDType(dtype, [&]<class T>(std::type_identity<T>) {
    for (T& value : tensor.mutable_data<T>()) {
      const uint32_t dice = random();
      if constexpr (std::is_same_v<T, bool>) {
        value = dice % 2 == 0;
      } else if constexpr (std::is_integral_v<T>) {
        value = sizeof(T) == 1 ? static_cast<T>(dice) : static_cast<T>(dice % static_cast<uint32_t>(limit));
      } else {
        const double share = dice % 8 == 0 ? (dice / 8 % 3) * 0.5 : Uniform(random);
        value = T(static_cast<float>(range.low + share * (range.high - range.low)));
      }
    }
  });
  return tensor;
}

// The shape of a made-up input; empty where it would be too large.
std::optional<Dims> DimsFor(const Shape& source, const Shape& file, const Limits& limits) {
  const auto merged = Merge(source, file);
  const Shape& shape = merged ? *merged : source;
  Dims dims;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const bool side = shape.rank() == 4 && (axis == 1 || axis == 2);
    dims.push_back(shape[axis].value_or(axis == 0 ? 1 : side ? 64 : 4));
  }
  const auto elements = CheckedProduct(dims);
  if (!elements || *elements > limits.max_tensor_bytes / 16 || *elements > limits.max_image_pixels)
    return std::nullopt;
  return dims;
}

// real = scale * (q - zero_point), to the nearest level.
Tensor Quantized(const Tensor& real, const runtime::TensorInfo& info) {
  const auto numbers = real.ToDouble();
  if (!numbers) return {};
  Tensor result = Tensor::Zeros(info.dtype, real.dims());
  const double scale = info.quantization->scale[0];
  const auto zero = static_cast<double>(info.quantization->zero_point_at(0));
  VisitDType(info.dtype, [&]<class T>(std::type_identity<T>) {
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      const auto to = result.mutable_data<T>();
      for (size_t i = 0; i < to.size(); ++i) {
        const double level = std::round((*numbers)[i] / scale) + zero;
        to[i] = static_cast<T>(std::clamp(level, static_cast<double>(std::numeric_limits<T>::min()),
                                          static_cast<double>(std::numeric_limits<T>::max())));
      }
    }
  });
  return result;
}

bool IsQuantized(const runtime::TensorInfo& info) {
  return info.quantization != nullptr && !info.quantization->scale.empty() && BitsOf(info.dtype) <= 16 &&
         BitsOf(info.dtype) >= 8;
}

// The picture as the network gets it, for a source whose own scaling changes nothing; invalid if it is none.
Tensor Normalized(const Tensor& pixels, const Shape& network, const vision::Preparation& preparation) {
  const auto numbers = pixels.ToDouble();
  if (!numbers || !network.known() || pixels.dims() != network.known_dims() || pixels.rank() != 4 ||
      pixels.dims()[3] != 3)
    return {};
  Tensor result = Tensor::Zeros(DType::kFloat32, pixels.dims());
  const auto to = result.mutable_data<float>();
  for (size_t i = 0; i < to.size(); ++i) {
    const size_t from = preparation.reversed_channels ? i - i % 3 + 2 - i % 3 : i;
    const size_t channel = from % 3;  // mean and std are by red, green, blue
    to[i] = (static_cast<float>((*numbers)[from]) - preparation.mean[channel]) / preparation.std[channel];
  }
  return result;
}

class InputMaker {
 public:
  InputMaker(const ir::Module& file, const std::vector<ir::SignatureEntry>& sources,
             const runtime::Interpreter& interpreter, Context& context)
      : sources_(sources), infos_(interpreter.inputs()), context_(context) {
    is_detector_ = std::any_of(file.metadata.begin(), file.metadata.end(),
                               [](const auto& entry) { return entry.first == "LITESMITH_PREPROCESSING"; });
    if (is_detector_) preparation_ = PreparationOf(file);
  }

  Result<InputsOfBoth> Make(const std::vector<NamedTensor>& given) {
    InputsOfBoth inputs;
    LS_TRY(inputs.source, Given(given));
    std::mt19937 random(1);
    for (size_t i = 0; i < sources_.size(); ++i) {
      if (inputs.source[i].valid()) continue;
      LS_TRY(inputs.source[i], MakeUp(i, random));
    }
    for (const runtime::TensorInfo& info : infos_) {
      LS_TRY(Tensor tensor, ForFile(info, inputs.source));
      inputs.file.push_back(std::move(tensor));
    }
    return inputs;
  }

 private:
  // Of the source's inputs; their number if there is none.
  size_t Find(const std::string& name, const std::string& tensor) const {
    for (size_t i = 0; i < sources_.size(); ++i) {
      const std::string &own = sources_[i].name, &value = sources_[i].value->name;
      if (own == name || WithoutIndex(own) == WithoutIndex(name) || value == tensor) return i;
    }
    return sources_.size() == 1 && infos_.size() == 1 ? 0 : sources_.size();
  }

  const runtime::TensorInfo* InfoFor(size_t source) const {
    for (const runtime::TensorInfo& info : infos_) {
      if (Find(info.name, info.tensor) == source) return &info;
    }
    return nullptr;
  }

  Result<std::vector<Tensor>> Given(const std::vector<NamedTensor>& given) const {
    std::vector<Tensor> tensors(sources_.size());
    bool failed = false;
    for (const NamedTensor& one : given) {
      size_t place = sources_.size();
      for (size_t i = 0; i < sources_.size(); ++i) {
        if (WithoutIndex(sources_[i].name) == WithoutIndex(one.name) || sources_[i].value->name == one.name)
          place = i;
      }
      if (one.name.empty() && sources_.size() == 1) place = 0;
      if (place == sources_.size()) {
        failed = true;
        context_.findings.Report(Finding(Code::kInputUnknown)
                                     .Headline("the source has no input '{}'", one.name)
                                     .Cause("its inputs are {}", Names())
                                     .Fix("give it the name of one of these"));
        continue;
      }
      const ir::Type& type = sources_[place].value->type;
      if (one.tensor.dtype() != type.dtype || !type.shape.Compatible(Shape::Of(one.tensor.dims()))) {
        failed = true;
        context_.findings.Report(
            Finding(one.tensor.dtype() != type.dtype ? Code::kInputDtype : Code::kInputShape)
                .Headline("input '{}' does not fit", one.name)
                .Cause("the source takes {}{}, given was {}{}", NameOf(type.dtype), ToText(type.shape),
                       NameOf(one.tensor.dtype()), ToText(one.tensor.dims()))
                .Fix("give it as the source takes it"));
        continue;
      }
      tensors[place] = one.tensor;
    }
    if (failed) return kFailed;
    return tensors;
  }

  Result<Tensor> MakeUp(size_t index, std::mt19937& random) const {
    const ir::Value& value = *sources_[index].value;
    const runtime::TensorInfo* info = InfoFor(index);
    const bool fits = info != nullptr && info->shape.rank() == value.type.shape.rank();
    const Shape file =
        info != nullptr && (fits || !value.type.shape.ranked()) ? info->shape : Shape::Unknown();
    const Shape& source = value.type.shape.ranked() ? value.type.shape : file;
    const auto dims = DimsFor(source, file, context_.limits);
    if (dims)
      return MadeUp(value, value.type.dtype, *dims, is_detector_ ? Range{0, 255} : RangeOf(info), random);
    return context_.findings.Report(
        Finding(Code::kInputShape)
            .Headline("no values can be made up for input '{}'", sources_[index].name)
            .Cause("its shape is {}", ToText(value.type.shape))
            .Fix("give inputs of your own", "--inputs IN.npz"));
  }

  Result<Tensor> ForFile(const runtime::TensorInfo& info, const std::vector<Tensor>& sources) const {
    const size_t place = Find(info.name, info.tensor);
    if (place == sources_.size()) {
      return context_.findings.Report(
          Finding(Code::kInputMissing)
              .Headline("the file's input '{}' is none of the source's", info.name)
              .Cause("the source's inputs are {}", Names())
              .Fix("check that the file was made from this model, and give the "
                   "options that it was converted with"));
    }
    const Tensor& source = sources[place];
    Tensor tensor = source;
    const bool prepared = is_detector_ && info.dtype != DType::kString && info.shape.rank() == 4 &&
                          (source.dtype() != info.dtype || IsFloat(source.dtype()));
    if (prepared) tensor = Normalized(source, info.shape, preparation_);
    if (tensor.valid() && IsFloat(tensor.dtype()) && IsQuantized(info)) tensor = Quantized(tensor, info);
    if (tensor.valid() && tensor.dtype() == info.dtype && info.shape.Compatible(Shape::Of(tensor.dims())))
      return tensor;
    return context_.findings.Report(
        Finding(Code::kInputShape)
            .Headline("input '{}' cannot be given to both", info.name)
            .Cause("the source got {}{}, the file takes {}{}", NameOf(source.dtype()), ToText(source.dims()),
                   NameOf(info.dtype), ToText(info.shape))
            .Fix(is_detector_ ? "give a picture of the network's own size: the file begins behind the scaling"
                              : "give the options that the file was converted with, such as --input-shape"));
  }

  std::string Names() const {
    std::string names;
    for (const ir::SignatureEntry& entry : sources_) {
      const ir::Type& type = entry.value->type;
      names += fmt::format("{}{} {}{}", names.empty() ? "" : ", ", entry.name, NameOf(type.dtype),
                           ToText(type.shape));
    }
    return names;
  }

  const std::vector<ir::SignatureEntry>& sources_;
  const std::vector<runtime::TensorInfo>& infos_;
  Context& context_;
  bool is_detector_ = false;
  vision::Preparation preparation_;
};

}  // namespace

Result<InputsOfBoth> MakeInputs(const ir::Module& file, const std::vector<ir::SignatureEntry>& source_inputs,
                                const runtime::Interpreter& interpreter,
                                const std::vector<NamedTensor>& given, Context& context) {
  return InputMaker(file, source_inputs, interpreter, context).Make(given);
}

}  // namespace litesmith::pipeline
