// How an array holds samples of an input.
#pragma once

#include <string>
#include <vector>

#include "runtime/interpreter.h"

namespace litesmith::pipeline {

struct SampleFit {
  size_t count = 0;  // samples one after the other
  Dims sample;       // the shape of each, which the input takes
};

// All ways to take an array of shape `dims` as samples of an input of `shape`, the likeliest first; none if
// it does not fit. See OpenSamples.
std::vector<SampleFit> SampleFits(const Shape& shape, const Dims& dims);

// The number of samples that all inputs can have: the largest likeliest one that every input has among its
// fits.
std::optional<size_t> CommonCount(const std::vector<std::vector<SampleFit>>& fits);

// What to do with an array that fits in no way, for the commonest mistakes; `input` as NumPy code calls the
// array.
std::string AdviceForShape(const runtime::TensorInfo& input, const Dims& dims);

// Whether an array of dtype `from` may stand for one of `to`: the same numbers in more or fewer bits.
bool DTypeFits(DType from, DType to);
// The numbers as `to`; empty if one does not fit.
std::optional<Tensor> ConvertSample(const Tensor& tensor, DType to);

}  // namespace litesmith::pipeline
