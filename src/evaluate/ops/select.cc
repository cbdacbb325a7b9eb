// Choosing elements by their value: the largest, the true, the different.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <unordered_map>

#include "evaluate/dispatch.h"
#include "evaluate/elements.h"
#include "evaluate/operands.h"

namespace litesmith::evaluate {
namespace {

// The k largest of each row, the first of equals first; NaN counts as smallest.
Result<Outputs> Largest(const Call& call, int64_t k) {
  const Tensor input = Widen(call.input(0));
  if (input.rank() < 1) return call.Fail("its operand is a scalar");
  const int64_t width = input.dims().back();
  if (k < 0 || k > width || width > std::numeric_limits<int32_t>::max())
    return call.Fail(fmt::format("{} of a row of {} are asked for", k, width));
  Dims dims = input.dims();
  dims.back() = k;
  LS_TRY(Tensor values, Allocate(call, input.dtype(), dims));
  LS_TRY(const int64_t count, CheckSize(call, dims, sizeof(int64_t)));
  std::vector<int64_t> places;
  places.reserve(static_cast<size_t>(count));
  const bool known = Dispatch(Reals{}, input.dtype(), [&]<class T>(std::type_identity<T>) {
    std::vector<int32_t> order(static_cast<size_t>(width));
    const int64_t rows = width == 0 ? 0 : input.elements() / width;
    for (int64_t row = 0; row < rows; ++row) {
      const T* from = input.data<T>().data() + row * width;
      T* to = values.mutable_data<T>().data() + row * k;
      std::iota(order.begin(), order.end(), 0);
      std::partial_sort(order.begin(), order.begin() + k, order.end(), [&](int32_t a, int32_t b) {
        const bool a_nan = from[a] != from[a], b_nan = from[b] != from[b];
        if (a_nan != b_nan) return b_nan;
        return from[a] != from[b] && !a_nan ? from[a] > from[b] : a < b;
      });
      for (int64_t i = 0; i < k; ++i) {
        to[i] = from[order[static_cast<size_t>(i)]];
        places.push_back(order[static_cast<size_t>(i)]);
      }
    }
  });
  if (!known) return WrongDType(call, call.input(0).dtype());
  return Outputs{Narrow(values, call.input(0).dtype()),
                 IntegerTensor(call.attributes().Type("index_type", DType::kInt32), dims, places)};
}

}  // namespace

LS_EVALUATE(TopKV2) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  LS_TRY(const int64_t k, IntegerOf(call, 1));
  return Largest(call, k);
}
LS_EVALUATE(TopK) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  return Largest(call, call.attributes().Int("k"));
}

namespace {

// Whether the target's prediction is among the k largest; what is not finite never is.
Result<Outputs> AmongLargest(const Call& call, int64_t k) {
  LS_RETURN_IF_FAILED(ExpectRank(call, 0, 2));
  LS_RETURN_IF_FAILED(ExpectDType(call, 0, DType::kFloat32));
  LS_TRY(const auto targets, IntegersOf(call, 1));
  const int64_t width = call.input(0).dims()[1];
  if (static_cast<int64_t>(targets.size()) != call.input(0).dims()[0])
    return call.Fail("it needs one target per row");
  LS_TRY(Tensor output, Allocate(call, DType::kBool, {static_cast<int64_t>(targets.size())}));
  for (size_t row = 0; row < targets.size(); ++row) {
    const auto from =
        call.input(0).data<float>().subspan(row * static_cast<size_t>(width), static_cast<size_t>(width));
    if (targets[row] < 0 || targets[row] >= width) continue;
    const float target = from[static_cast<size_t>(targets[row])];
    const bool finite = std::ranges::all_of(from, [](float x) { return std::isfinite(x); });
    const auto above = std::ranges::count_if(from, [&](float x) { return x > target; });
    output.mutable_data<bool>()[row] = finite && above < k;
  }
  return One(output);
}

}  // namespace

LS_EVALUATE(InTopK) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  return AmongLargest(call, call.attributes().Int("k"));
}
LS_EVALUATE(InTopKV2) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 3));
  LS_TRY(const int64_t k, IntegerOf(call, 2));
  return AmongLargest(call, k);
}

// The indices of what is not zero, in the order of the elements.
LS_EVALUATE(Where) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  const Tensor input = Widen(call.input(0));
  const auto rank = static_cast<size_t>(input.rank());
  std::vector<int64_t> found;
  const bool known = Dispatch(Everything{}, input.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto values = input.data<T>();
    for (size_t i = 0; i < values.size(); ++i) {
      if (values[i] != T{0}) found.push_back(static_cast<int64_t>(i));
    }
  });
  if (!known) return WrongDType(call, call.input(0).dtype());
  LS_TRY(Tensor output,
         Allocate(call, DType::kInt64, {static_cast<int64_t>(found.size()), static_cast<int64_t>(rank)}));
  int64_t* to = output.mutable_data<int64_t>().data();
  for (size_t i = 0; i < found.size(); ++i) {
    int64_t rest = found[i];
    for (size_t axis = rank; axis-- > 0;) {
      to[i * rank + axis] = rest % input.dims()[axis];
      rest /= input.dims()[axis];
    }
  }
  return One(output);
}

namespace {

// Elements compared by value: numbers as numbers (so that -0 is 0 and each NaN differs), strings as texts.
struct Distinct {
  std::vector<int64_t> first;   // the index of each value's first appearance
  std::vector<int64_t> number;  // of each element: which value it is
  std::vector<int64_t> count;   // of each value
};

template <class T>
Distinct DistinctOf(std::span<const T> values) {
  Distinct distinct;
  std::unordered_map<T, int64_t> known;
  for (size_t i = 0; i < values.size(); ++i) {
    const auto [entry, fresh] = known.try_emplace(values[i], static_cast<int64_t>(distinct.first.size()));
    if (fresh) {
      distinct.first.push_back(static_cast<int64_t>(i));
      distinct.count.push_back(0);
    }
    // A NaN is never found again, and stays an entry of its own.
    const int64_t number = fresh ? static_cast<int64_t>(distinct.first.size()) - 1 : entry->second;
    distinct.number.push_back(number);
    ++distinct.count[static_cast<size_t>(number)];
  }
  return distinct;
}

Result<Distinct> DistinctOf(const Call& call, const Tensor& tensor) {
  Distinct distinct;
  if (tensor.dtype() == DType::kString) {
    const auto strings = tensor.strings();
    return DistinctOf<std::string_view>(strings);
  }
  const Tensor wide = Widen(tensor);
  const bool known = Dispatch(Join<Reals, Bools>{}, wide.dtype(), [&]<class T>(std::type_identity<T>) {
    distinct = DistinctOf<T>(wide.data<T>());
  });
  if (!known) return WrongDType(call, tensor.dtype());
  return distinct;
}

// Some elements of a vector.
Result<Tensor> Picked(const Call& call, const Tensor& vector, std::span<const int64_t> places) {
  LS_TRY(const Source source, Source::Of(call, vector));
  LS_TRY(Target target, Target::Of(call, vector.dtype(), {static_cast<int64_t>(places.size())}));
  const size_t size = source.element_size();
  for (size_t i = 0; i < places.size(); ++i) {
    std::memcpy(target.data() + i * size, source.data() + static_cast<size_t>(places[i]) * size, size);
  }
  return target.Finish(call);
}

Result<Outputs> UniqueOf(const Call& call, bool counted) {
  LS_RETURN_IF_FAILED(ExpectRank(call, 0, 1));
  LS_TRY(const Distinct distinct, DistinctOf(call, call.input(0)));
  LS_TRY(Tensor values, Picked(call, call.input(0), distinct.first));
  const DType dtype = call.attributes().Type("out_idx", DType::kInt32);
  Outputs outputs{std::move(values), IntegerTensor(dtype, call.input(0).dims(), distinct.number)};
  if (counted) {
    outputs.push_back(IntegerTensor(dtype, {static_cast<int64_t>(distinct.count.size())}, distinct.count));
  }
  return outputs;
}

}  // namespace

LS_EVALUATE(Unique) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  return UniqueOf(call, false);
}
LS_EVALUATE(UniqueWithCounts) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 1));
  return UniqueOf(call, true);
}

namespace {

// The later versions name an axis; of a vector it can only be the one.
Result<Outputs> UniqueAlong(const Call& call, bool counted) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  LS_RETURN_IF_FAILED(ExpectRank(call, 0, 1));
  LS_RETURN_IF_FAILED(AxesOf(call, 1, 1));
  return UniqueOf(call, counted);
}

}  // namespace

LS_EVALUATE(UniqueV2) { return UniqueAlong(call, false); }
LS_EVALUATE(UniqueWithCountsV2) { return UniqueAlong(call, true); }

// What the first vector has and the second lacks, and where.
LS_EVALUATE(ListDiff) {
  LS_RETURN_IF_FAILED(ExpectInputs(call, 2));
  LS_RETURN_IF_FAILED(ExpectRank(call, 0, 1));
  LS_RETURN_IF_FAILED(ExpectRank(call, 1, 1));
  const Tensor &all = call.input(0), &without = call.input(1);
  LS_RETURN_IF_FAILED(ExpectDType(call, 1, all.dtype()));
  std::vector<int64_t> kept;
  const auto sift = [&](auto left, auto right) {
    std::ranges::sort(right);
    for (size_t i = 0; i < left.size(); ++i) {
      if (!std::ranges::binary_search(right, left[i])) kept.push_back(static_cast<int64_t>(i));
    }
  };
  if (all.dtype() == DType::kString) {
    sift(all.strings(), without.strings());
  } else {
    const Tensor left = Widen(all), right = Widen(without);
    const bool known = Dispatch(Reals{}, left.dtype(), [&]<class T>(std::type_identity<T>) {
      sift(std::vector<T>(left.data<T>().begin(), left.data<T>().end()),
           std::vector<T>(right.data<T>().begin(), right.data<T>().end()));
    });
    if (!known) return WrongDType(call, all.dtype());
  }
  LS_TRY(Tensor values, Picked(call, all, kept));
  const DType dtype = call.attributes().Type("out_idx", DType::kInt32);
  return Outputs{std::move(values), IntegerTensor(dtype, {static_cast<int64_t>(kept.size())}, kept)};
}

}  // namespace litesmith::evaluate
