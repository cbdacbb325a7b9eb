// Parts put together or taken apart by index lists, and windows as vectors.
#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "evaluate/elements.h"
#include "evaluate/operands.h"
#include "evaluate/windows.h"

namespace litesmith::evaluate {
namespace {

// Operands: n index tensors, then n data tensors whose shapes begin with the indices'. Later ones win.
Result<Outputs> Stitch(const Call& call) {
  if (call.inputs.empty() || call.inputs.size() % 2 != 0)
    return call.Fail("it takes as many indices as data", Code::kGraphDamaged);
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2, SIZE_MAX));
  const size_t parts = call.inputs.size() / 2;
  const auto row_of = [&](size_t i) -> Result<Dims> {
    const Dims &places = call.input(i).dims(), &data = call.input(parts + i).dims();
    if (data.size() < places.size() || !std::equal(places.begin(), places.end(), data.begin())) {
      return call.Fail(fmt::format("indices of shape {} for data of shape {}", ToText(places), ToText(data)));
    }
    return Dims(data.begin() + static_cast<ptrdiff_t>(places.size()), data.end());
  };
  LS_TRY(const Dims row, row_of(0));
  int64_t last = -1;
  std::vector<std::vector<int64_t>> indices;
  for (size_t i = 0; i < parts; ++i) {
    LS_TRY(const Dims other, row_of(i));
    if (other != row || call.input(parts + i).dtype() != call.input(parts).dtype())
      return call.Fail("its rows differ");
    LS_TRY(indices.emplace_back(), IntegersOf(call, i));
    for (int64_t index : indices.back()) {
      if (index < 0 || index > 0x7fffffff) return call.Fail(fmt::format("index {} makes no sense", index));
      last = std::max(last, index);
    }
  }
  Dims dims{last + 1};
  dims.insert(dims.end(), row.begin(), row.end());
  LS_TRY(Target target, Target::Of(call, call.input(parts).dtype(), std::move(dims)));
  const size_t piece =
      static_cast<size_t>(ProductOf(row, 0, static_cast<int>(row.size()))) * target.element_size();
  std::vector<Source> sources;  // keep their strings until the end
  for (size_t i = 0; i < parts; ++i) {
    LS_TRY(sources.emplace_back(), Source::Of(call, call.input(parts + i)));
    for (size_t k = 0; piece > 0 && k < indices[i].size(); ++k) {
      std::memcpy(target.data() + static_cast<size_t>(indices[i][k]) * piece,
                  sources.back().data() + k * piece, piece);
    }
  }
  return One(target.Finish(call));
}

}  // namespace

LS_EVALUATE(DynamicStitch) { return Stitch(call); }
LS_EVALUATE(ParallelDynamicStitch) { return Stitch(call); }

LS_EVALUATE(DynamicPartition) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  const Tensor& data = call.input(0);
  LS_TRY(const auto partition, IntegersOf(call, 1));
  const Dims& places = call.input(1).dims();
  if (places.size() > data.dims().size() || !std::equal(places.begin(), places.end(), data.dims().begin())) {
    return call.Fail(fmt::format("partitions of shape {} for shape {}", ToText(places), ToText(data.dims())));
  }
  const size_t parts = call.node.output_count();
  std::vector<int64_t> counts(parts);
  for (int64_t part : partition) {
    if (part < 0 || static_cast<size_t>(part) >= parts)
      return call.Fail(fmt::format("partition {} of {}", part, parts));
    ++counts[static_cast<size_t>(part)];
  }
  const Dims row(data.dims().begin() + static_cast<ptrdiff_t>(places.size()), data.dims().end());
  LS_TRY(const Source source, Source::Of(call, data));
  const size_t piece =
      static_cast<size_t>(ProductOf(row, 0, static_cast<int>(row.size()))) * source.element_size();
  std::vector<Target> targets;
  for (int64_t count : counts) {
    Dims dims{count};
    dims.insert(dims.end(), row.begin(), row.end());
    LS_TRY(targets.emplace_back(), Target::Of(call, data.dtype(), std::move(dims)));
  }
  std::ranges::fill(counts, 0);
  for (size_t i = 0; piece > 0 && i < partition.size(); ++i) {
    const auto part = static_cast<size_t>(partition[i]);
    std::memcpy(targets[part].data() + static_cast<size_t>(counts[part]++) * piece, source.data() + i * piece,
                piece);
  }
  Outputs outputs;
  for (Target& target : targets) {
    LS_TRY(outputs.emplace_back(), target.Finish(call));
  }
  return outputs;
}

// Each window of the picture as one vector, zeros outside.
LS_EVALUATE(ExtractImagePatches) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  LS_RETURN_IF_FAILED(ExpectRank(call, 0, 4));
  const Tensor& input = call.input(0);
  LS_TRY(WindowAttributes attributes, WindowAttributesOf(call, 4));
  LS_TRY(attributes.dilations, SpatialEntries(call, attributes, call.attributes().Ints("rates"), "rates"));
  LS_TRY(const auto kernel, SpatialEntries(call, attributes, call.attributes().Ints("ksizes"), "ksize"));
  LS_TRY(const Windows windows,
         PlaceWindows(call, attributes, {1, input.dims()[1], input.dims()[2]}, kernel));
  const auto& h = windows.axes[1];
  const auto& w = windows.axes[2];
  const int64_t channels = input.dims()[3];
  const auto taps = CheckedMul(h.kernel, w.kernel);
  const auto depth = taps ? CheckedMul(*taps, channels) : std::nullopt;
  if (!depth) return call.Fail("its windows are too large", Code::kLimitExceeded);
  LS_TRY(const Source source, Source::Of(call, input));
  LS_TRY(Target target, Target::Of(call, input.dtype(), {input.dims()[0], h.output, w.output, *depth}));
  const size_t piece = static_cast<size_t>(channels) * source.element_size();
  std::byte* to = target.data();
  for (int64_t pixel = 0; piece > 0 && pixel < input.dims()[0] * h.output * w.output; ++pixel) {
    const int64_t batch = pixel / (h.output * w.output), y = pixel / w.output % h.output,
                  x = pixel % w.output;
    for (int64_t kh = h.first_tap(y); kh < h.last_tap(y); ++kh) {
      for (int64_t kw = w.first_tap(x); kw < w.last_tap(x); ++kw) {
        const int64_t from = (batch * h.input + h.at(y, kh)) * w.input + w.at(x, kw);
        std::memcpy(to + static_cast<size_t>(pixel * *taps + kh * w.kernel + kw) * piece,
                    source.data() + static_cast<size_t>(from) * piece, piece);
      }
    }
  }
  return One(target.Finish(call));
}

namespace {

// Where in `dst_format` the letter of each place of `src_format` is.
Result<std::vector<int64_t>> FormatPlaces(const Call& call) {
  const std::string from = call.attributes().Text("src_format", "NHWC"),
                    to = call.attributes().Text("dst_format", "NCHW");
  std::vector<int64_t> places;
  for (char letter : from) {
    const size_t at = to.find(letter);
    if (at == std::string::npos || from.size() != to.size()) {
      return call.Fail(fmt::format("\"{}\" and \"{}\" are not orders of the same letters", from, to));
    }
    places.push_back(static_cast<int64_t>(at));
  }
  return places;
}

}  // namespace

// Axes of one data format as axes of the other.
LS_EVALUATE(DataFormatDimMap) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  LS_TRY(auto axes, IntegersOf(call, 0));
  LS_TRY(const auto places, FormatPlaces(call));
  for (int64_t& axis : axes) {
    LS_TRY(const int at, AxisOf(call, axis, static_cast<int>(places.size())));
    axis = places[static_cast<size_t>(at)];
  }
  return One(IntegerTensor(call.input(0).dtype(), call.input(0).dims(), axes));
}
// A vector with one entry (or row of two) per axis, in the other order.
LS_EVALUATE(DataFormatVecPermute) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  LS_TRY(const auto values, IntegersOf(call, 0));
  LS_TRY(const auto places, FormatPlaces(call));
  const size_t rows = call.input(0).rank() == 0 ? 0 : static_cast<size_t>(call.input(0).dims()[0]);
  if (rows != places.size()) return call.Fail(fmt::format("{} entries for {} axes", rows, places.size()));
  const size_t width = rows == 0 ? 0 : values.size() / rows;
  std::vector<int64_t> moved(values.size());
  for (size_t row = 0; row < rows; ++row) {
    for (size_t i = 0; i < width; ++i)
      moved[static_cast<size_t>(places[row]) * width + i] = values[row * width + i];
  }
  return One(IntegerTensor(call.input(0).dtype(), call.input(0).dims(), moved));
}

}  // namespace litesmith::evaluate
