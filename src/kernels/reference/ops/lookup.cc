// EMBEDDING_LOOKUP_SPARSE and HASHTABLE_LOOKUP.
#include <algorithm>
#include <cmath>

#include "base/checked.h"
#include "kernels/reference/movement.h"

namespace litesmith {
namespace {

using reference::ElementsOf;
using reference::ShapedKernel;

// Inputs: ids [n], places [n, rank] that they belong to, the dense shape [rank] of those places, weights [n],
// and the table [rows, ...]. Weighted rows of neighbouring ids that share a place (but for its last axis) add
// up; a mean and a root mean square divide by the weights.
class EmbeddingLookupSparse : public ShapedKernel {
 public:
  EmbeddingLookupSparse() : ShapedKernel(5, 1, {2}) {}

 private:
  enum Combiner : int64_t { kSum = 0, kMean = 1, kSqrtN = 2 };

  Result<void> Check(PrepareContext& context) override {
    for (const size_t i : {0, 1, 2}) {
      LS_RETURN_IF_FAILED(context.Expect(context.input(i).dtype == DType::kInt32, "input {} is int32, not {}",
                                         i, NameOf(context.input(i).dtype)));
    }
    LS_RETURN_IF_FAILED(context.Expect(context.input(3).dtype == DType::kFloat32 &&
                                           context.input(4).dtype == DType::kFloat32 &&
                                           context.output().dtype == DType::kFloat32,
                                       "its weights, table and output are float32"));
    combiner_ = context.attributes->Int("combiner");
    LS_RETURN_IF_FAILED(
        context.Expect(combiner_ >= kSum && combiner_ <= kSqrtN, "there is no combiner {}", combiner_));
    const Dims &ids = context.input(0).dims, &places = context.input(1).dims, &table = context.input(4).dims;
    const bool fits = ids.size() == 1 && places.size() == 2 && places[1] >= 1 && places[0] == ids[0] &&
                      context.input(2).dims == Dims{places[1]} && context.input(3).dims == ids &&
                      table.size() >= 2;
    if (!fits) {
      return context.Mismatch("ids {}, places {}, shape {}, weights {} and table {} do not fit together",
                              ToText(ids), ToText(places), ToText(context.input(2).dims),
                              ToText(context.input(3).dims), ToText(table));
    }
    return {};
  }

  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    Dims dims = context.input(2).ToInt64();
    dims.pop_back();
    outer_ = dims;
    const Dims& table = context.input(4).dims;
    dims.insert(dims.end(), table.begin() + 1, table.end());
    if (!CheckedProduct(dims)) return context.Mismatch("{} is no shape", ToText(dims));
    return std::vector<Dims>{dims};
  }

  Result<void> Compute(InvokeContext& context) override {
    const TensorView& table = context.input(4);
    const int64_t row = ElementsOf({table.dims.data() + 1, table.dims.size() - 1});
    const std::span<float> output = context.output().as_mutable<float>();
    const std::span<const int32_t> ids = context.input(0).as<int32_t>(),
                                   places = context.input(1).as<int32_t>();
    const std::span<const float> weights = context.input(3).as<float>();
    const size_t rank = outer_.size() + 1;
    const std::vector<int64_t> strides = reference::Strides(outer_);
    std::fill(output.begin(), output.end(), 0.0f);
    Group group;
    for (size_t i = 0; i < ids.size(); ++i) {
      if (ids[i] < 0 || ids[i] >= table.dims[0]) {
        return context.Mismatch("there is no row {} in a table of {}", ids[i], table.dims[0]);
      }
      int64_t place = 0;
      for (size_t k = 0; k < outer_.size(); ++k) {
        const int64_t index = places[i * rank + k];
        if (index < 0 || index >= outer_[k]) {
          return context.Mismatch("place {} is outside of axis {} of {}", index, k, ToText(outer_));
        }
        place += index * strides[k];
      }
      if (output.empty()) continue;
      if (place != group.place) {
        Finish(group, output, row);
        group = {place, 0, 0};
      }
      group.weight += weights[i];
      group.squares += weights[i] * weights[i];
      const float* source = table.as<float>().data() + ids[i] * row;
      float* target = output.data() + place * row;
      for (int64_t k = 0; k < row; ++k) target[k] += source[k] * weights[i];
    }
    Finish(group, output, row);
    return {};
  }

  struct Group {
    int64_t place = -1;
    float weight = 0, squares = 0;
  };

  void Finish(const Group& group, std::span<float> output, int64_t row) const {
    if (group.place < 0 || combiner_ == kSum) return;
    const float divisor = combiner_ == kMean ? group.weight : std::sqrt(group.squares);
    float* target = output.data() + group.place * row;
    for (int64_t k = 0; k < row; ++k) target[k] /= divisor;
  }

  int64_t combiner_ = kSum;
  Dims outer_;
};

// Inputs: what to look up [n], rising keys [m], values [m, ...]. Outputs: the values, zeros or empty strings
// where a key is missing, and whether it was there.
class HashtableLookup : public ShapedKernel {
 public:
  HashtableLookup() : ShapedKernel(3, 2) {}

 private:
  Result<void> Check(PrepareContext& context) override {
    const DType dtype = context.input(2).dtype;
    LS_RETURN_IF_FAILED(
        context.Expect(context.input(0).dtype == DType::kInt32 && context.input(1).dtype == DType::kInt32,
                       "its keys are int32"));
    LS_RETURN_IF_FAILED(context.Expect(context.output(1).dtype == DType::kUInt8, "its hits are uint8, not {}",
                                       NameOf(context.output(1).dtype)));
    return context.Expect((dtype == DType::kString || BitsOf(dtype) >= 8) && dtype == context.output(0).dtype,
                          "it does not look up {} as {}", NameOf(dtype), NameOf(context.output(0).dtype));
  }

  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const Dims &wanted = context.input(0).dims, &keys = context.input(1).dims,
               &values = context.input(2).dims;
    if (wanted.size() != 1 || keys.size() != 1 || values.empty() || values[0] != keys[0]) {
      return context.Mismatch("keys {} and values {} do not fit together", ToText(keys), ToText(values));
    }
    Dims dims = values;
    dims[0] = wanted[0];
    if (!CheckedProduct(dims)) return context.Mismatch("{} has too many elements", ToText(dims));
    return std::vector<Dims>{dims, wanted};
  }

  Result<void> Compute(InvokeContext& context) override {
    const std::span<const int32_t> wanted = context.input(0).as<int32_t>(),
                                   keys = context.input(1).as<int32_t>();
    std::vector<int64_t> rows;
    for (const int32_t key : wanted) {
      const auto found = std::lower_bound(keys.begin(), keys.end(), key);
      rows.push_back(found != keys.end() && *found == key ? found - keys.begin() : -1);
      context.output(1).as_mutable<uint8_t>()[rows.size() - 1] = rows.back() >= 0 ? 1 : 0;
    }
    return context.output(0).dtype == DType::kString ? CopyStrings(context, rows) : CopyRows(context, rows);
  }

  static Result<void> CopyRows(InvokeContext& context, std::span<const int64_t> rows) {
    const TensorView &values = context.input(2), &output = context.output(0);
    if (output.bytes == 0) return {};
    const size_t bytes = output.bytes / rows.size();
    for (size_t i = 0; i < rows.size(); ++i) {
      std::byte* target = output.data + i * bytes;
      if (rows[i] < 0) {
        std::fill_n(target, bytes, std::byte{0});
      } else {
        std::copy_n(values.data + static_cast<size_t>(rows[i]) * bytes, bytes, target);
      }
    }
    return {};
  }

  Result<void> CopyStrings(InvokeContext& context, std::span<const int64_t> rows) {
    LS_TRY(const std::vector<std::string_view> values, reference::StringsOf(context, context.input(2)));
    const auto row = static_cast<size_t>(ElementsOf({dims()[0].data() + 1, dims()[0].size() - 1}));
    std::vector<std::string_view> chosen;
    for (const int64_t number : rows) {
      for (size_t k = 0; k < row; ++k) {
        chosen.push_back(number < 0 ? std::string_view() : values[static_cast<size_t>(number) * row + k]);
      }
    }
    return reference::WriteStrings(context, 0, dims()[0], chosen);
  }
};

}  // namespace

LS_KERNEL(EMBEDDING_LOOKUP_SPARSE) { return std::make_unique<EmbeddingLookupSparse>(); }
LS_KERNEL(HASHTABLE_LOOKUP) { return std::make_unique<HashtableLookup>(); }

}  // namespace litesmith
