// Where sample inputs come from: the room that calibrates reads no files.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "base/host.h"
#include "tensor/tensor.h"

namespace litesmith::quantization {

// Sample inputs for one signature of a model. Samples are made when they are asked for, so that their number
// does not cost memory.
class SampleSource {
 public:
  virtual ~SampleSource() = default;
  virtual size_t count() const = 0;
  // What a finding calls sample `index`: "photo7.jpg", "data.npz[12]".
  virtual std::string name(size_t index) const = 0;
  // One tensor for each input of the signature, in the order of the interpreter's inputs, of their dtype and
  // of a shape that they take; an invalid tensor leaves an input as it is. May be called from several threads
  // at once. Fails with a finding when the sample cannot be read; empty when it was reported and is to be
  // passed over.
  virtual Result<std::vector<Tensor>> Get(size_t index, Context& context) const = 0;
};

// An even choice of `count` samples of another source, or all if it has no more.
class SomeSamples final : public SampleSource {
 public:
  SomeSamples(const SampleSource& all, size_t count) : all_(all), count_(std::min(count, all.count())) {}
  size_t count() const override { return count_; }
  std::string name(size_t index) const override { return all_.name(Place(index)); }
  Result<std::vector<Tensor>> Get(size_t index, Context& context) const override {
    return all_.Get(Place(index), context);
  }

 private:
  size_t Place(size_t index) const { return index * all_.count() / count_; }
  const SampleSource& all_;
  const size_t count_;
};

}  // namespace litesmith::quantization
