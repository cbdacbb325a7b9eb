#include "pipeline/shape_tries.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/limits.h"

namespace litesmith::pipeline {
namespace {

// Of pictures: what classifiers (224, 299 for Inception, 28 for digits) and detectors (300, 320) take.
// Elsewhere: lengths of sequences, the first one short enough for loops over it to be unrolled.
struct Sizes {
  int64_t side, channels, length;
};
constexpr std::array kSizes = {Sizes{224, 3, 64},  Sizes{320, 3, 128}, Sizes{299, 3, 32},
                               Sizes{300, 3, 256}, Sizes{28, 1, 16},   Sizes{256, 3, 512}};
static_assert(kSizes[0].length <= Limits{}.max_unrolled_steps);
constexpr size_t kMostSingles = 4;

int64_t SizeFor(int rank, int axis, const Sizes& sizes) {
  if (axis == 0) return 1;  // of a batch
  if (rank == 4) return axis == 3 ? sizes.channels : sizes.side;
  return sizes.length;
}

// Where not even the rank is known: a picture, a vector, a sequence of vectors, a picture with the channels
// first, a number.
std::vector<int64_t> WithAnyRank(size_t round, const Sizes& sizes) {
  switch (round % 5) {
    case 0:
      return {1, sizes.side, sizes.side, sizes.channels};
    case 1:
      return {1, sizes.length};
    case 2:
      return {1, sizes.length, sizes.length};
    case 3:
      return {1, sizes.channels, sizes.side, sizes.side};
    default:
      return {1};
  }
}

// `all`: every open dimension instead of those that matter.
InputShapes Filled(const std::vector<OpenInput>& inputs, size_t round, bool all) {
  const Sizes& sizes = kSizes[round % kSizes.size()];
  InputShapes shapes;
  for (const OpenInput& input : inputs) {
    if (!input.shape.ranked()) {
      shapes[input.name] = WithAnyRank(round, sizes);
      continue;
    }
    std::vector<int64_t> dims = input.shape.with_minus_one();
    for (int axis = 0; axis < input.shape.rank(); ++axis) {
      const bool matters = std::find(input.axes.begin(), input.axes.end(), axis) != input.axes.end();
      int64_t& dim = dims[static_cast<size_t>(axis)];
      if (dim < 0 && (all || matters)) dim = SizeFor(input.shape.rank(), axis, sizes);
    }
    shapes[input.name] = std::move(dims);
  }
  return shapes;
}

}  // namespace

std::vector<InputShapes> SinglesToTry(const std::vector<OpenInput>& inputs) {
  std::vector<InputShapes> tries;
  for (const OpenInput& input : inputs) {
    for (auto axis = input.axes.rbegin(); axis != input.axes.rend() && tries.size() < kMostSingles; ++axis)
      tries.push_back(Filled({{input.name, input.shape, {*axis}}}, 0, false));
  }
  return tries;
}

std::vector<InputShapes> SizesToTry(const std::vector<OpenInput>& inputs) {
  std::vector<InputShapes> tries;
  const auto add = [&](InputShapes shapes) {
    if (!shapes.empty() && std::find(tries.begin(), tries.end(), shapes) == tries.end())
      tries.push_back(std::move(shapes));
  };
  for (size_t round = 0; round < kSizes.size(); ++round) add(Filled(inputs, round, false));
  for (size_t round = 0; round < 2; ++round) add(Filled(inputs, round, true));
  return tries;
}

InputShapes WholeShapes(const std::vector<OpenInput>& inputs) { return Filled(inputs, 0, true); }

std::string OptionText(const InputShapes& shapes) {
  std::vector<std::string> options;
  for (const auto& [name, dims] : shapes) {
    std::vector<std::string> parts;
    for (const int64_t dim : dims) parts.push_back(dim < 0 ? "?" : fmt::format("{}", dim));
    options.push_back(fmt::format("--input-shape {}={}", name, fmt::join(parts, ",")));
  }
  return fmt::format("{}", fmt::join(options, " "));
}

}  // namespace litesmith::pipeline
