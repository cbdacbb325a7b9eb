// LSH_PROJECTION: bits that tell on which side of random planes an item lies. Inputs: seeds [hashes, bits]
// float32, items [n, ...], and perhaps their weights [n]. Each bit is the sign of the weighted sum of the
// items' fingerprints, taken together with the seed. Output int32: dense, all bits; sparse, one number a
// hash.
#include <cstring>

#include "base/checked.h"
#include "kernels/reference/fingerprint.h"
#include "kernels/reference/movement.h"

namespace litesmith {
namespace {

using reference::ShapedKernel;

enum ProjectionType : int64_t { kSparse = 1, kDense = 2 };  // LSHProjectionType of the schema

class LshProjection : public ShapedKernel {
 public:
  LshProjection() : ShapedKernel(2, 1) {}

 private:
  Result<void> Check(PrepareContext& context) override {
    const TensorView &seeds = context.input(0), &items = context.input(1), &weights = context.input(2);
    type_ = context.attributes->Int("type");
    LS_RETURN_IF_FAILED(
        context.Expect(type_ == kSparse || type_ == kDense, "there is no projection {}", type_));
    LS_RETURN_IF_FAILED(context.Expect(
        seeds.dtype == DType::kFloat32 && BitsOf(items.dtype) >= 8 && context.output().dtype == DType::kInt32,
        "it does not project {} to {}", NameOf(items.dtype), NameOf(context.output().dtype)));
    if (seeds.rank() != 2 || seeds.dims[1] > 32 || items.rank() < 1 || items.elements() < 1 ||
        (weights.present && (weights.dtype != DType::kFloat32 || weights.dims != Dims{items.dims[0]}))) {
      return context.Mismatch("seeds {}, items {} and weights {} do not fit together", ToText(seeds.dims),
                              ToText(items.dims), ToText(weights.dims));
    }
    return {};
  }

  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const Dims& seeds = context.input(0).dims;
    return std::vector<Dims>{{type_ == kSparse ? seeds[0] : context.input(0).elements()}};
  }

  Result<void> Compute(InvokeContext& context) override {
    const int64_t bits = context.input(0).dims[1];
    const std::span<const float> seeds = context.input(0).as<float>();
    int32_t* output = context.output().as_mutable<int32_t>().data();
    if (type_ == kDense) {
      for (const float seed : seeds) *output++ = BitOf(context, seed);
      return {};
    }
    for (int64_t hash = 0; hash < context.input(0).dims[0]; ++hash) {
      // Signatures of one hash after the other; the number wraps around.
      uint32_t signature = 0;
      for (int64_t bit = 0; bit < bits; ++bit) {
        signature = signature << 1 |
                    static_cast<uint32_t>(BitOf(context, seeds[static_cast<size_t>(hash * bits + bit)]));
      }
      const uint64_t first = static_cast<uint64_t>(hash) << bits;
      *output++ = static_cast<int32_t>(signature + static_cast<uint32_t>(first));
    }
    return {};
  }

  static int32_t BitOf(const InvokeContext& context, float seed) {
    const TensorView &items = context.input(1), &weights = context.input(2);
    const auto count = static_cast<size_t>(items.dims[0]);
    const size_t bytes = items.bytes / count;
    std::vector<std::byte> key(sizeof(seed) + bytes);
    std::memcpy(key.data(), &seed, sizeof(seed));
    double score = 0;
    for (size_t i = 0; i < count; ++i) {
      if (bytes > 0) std::memcpy(key.data() + sizeof(seed), items.data + i * bytes, bytes);
      const auto value = static_cast<double>(static_cast<int64_t>(reference::Fingerprint64(key)));
      score += weights.present ? static_cast<double>(weights.as<float>()[i]) * value : value;
    }
    return score > 0 ? 1 : 0;
  }

  int64_t type_ = kDense;
};

}  // namespace

LS_KERNEL(LSH_PROJECTION) { return std::make_unique<LshProjection>(); }

}  // namespace litesmith
