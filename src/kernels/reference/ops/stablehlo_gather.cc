// STABLEHLO_GATHER and STABLEHLO_SCATTER, as the StableHLO specification has them.
#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "kernels/reference/combiner.h"
#include "kernels/reference/movement.h"

namespace litesmith {
namespace {

using reference::Combiner;
using reference::ElementsOf;
using reference::ShapedKernel;

bool Contains(std::span<const int64_t> list, size_t value) {
  return std::find(list.begin(), list.end(), static_cast<int64_t>(value)) != list.end();
}

// Rising, and each in [0, rank).
bool AreAxes(std::span<const int64_t> list, size_t rank) {
  for (size_t i = 0; i < list.size(); ++i) {
    if (list[i] < 0 || list[i] >= static_cast<int64_t>(rank) || (i > 0 && list[i] <= list[i - 1]))
      return false;
  }
  return true;
}

// Indices whose axis `vector` holds the coordinates; without that axis (`vector` equal to the rank) each is
// one.
class IndexTable {
 public:
  // Empty if `map` does not fit: each coordinate belongs to an axis of its own of a tensor of `rank`.
  static std::optional<IndexTable> Make(const TensorView& indices, int64_t vector,
                                        std::span<const int64_t> map, size_t rank) {
    IndexTable table;
    if (vector < 0 || vector > indices.rank()) return std::nullopt;
    const auto axis = static_cast<size_t>(vector);
    table.strides_ = reference::Strides(indices.dims);
    table.batch_ = indices.dims;
    table.length_ = 1;
    if (axis < indices.dims.size()) {
      table.length_ = indices.dims[axis];
      table.step_ = table.strides_[axis];
      table.batch_.erase(table.batch_.begin() + vector);
      table.strides_.erase(table.strides_.begin() + vector);
    }
    if (table.length_ != static_cast<int64_t>(map.size())) return std::nullopt;
    table.map_.assign(map.begin(), map.end());
    table.rank_ = rank;
    std::sort(table.map_.begin(), table.map_.end());
    if (!AreAxes(table.map_, rank)) return std::nullopt;
    table.map_.assign(map.begin(), map.end());
    return table;
  }

  const Dims& batch() const { return batch_; }  // the other axes
  // Coordinates for batch number `number` (row-major), zero for axes that no index names.
  std::vector<int64_t> Start(std::span<const int64_t> values, int64_t number) const {
    int64_t place = 0;
    for (size_t i = batch_.size(); i-- > 0;) {
      place += number % batch_[i] * strides_[i];
      number /= batch_[i];
    }
    std::vector<int64_t> start(rank_, 0);
    for (size_t i = 0; i < map_.size(); ++i) {
      start[static_cast<size_t>(map_[i])] =
          values[static_cast<size_t>(place + static_cast<int64_t>(i) * step_)];
    }
    return start;
  }

 private:
  Dims batch_;
  std::vector<int64_t> strides_, map_;
  int64_t length_ = 1, step_ = 0;
  size_t rank_ = 0;
};

Result<void> ExpectIndices(KernelContext& context) {
  const DType dtype = context.input(1).dtype;
  return context.Expect(dtype == DType::kInt32 || dtype == DType::kInt64,
                        "its indices are int32 or int64, not {}", NameOf(dtype));
}

class StablehloGather : public ShapedKernel {
 public:
  StablehloGather() : ShapedKernel(2, 1) {}

 private:
  Result<void> Check(PrepareContext& context) override {
    const DType dtype = context.input(0).dtype;
    LS_RETURN_IF_FAILED(context.Expect(reference::Movable(dtype) && dtype == context.output().dtype,
                                       "it does not move {} to {}", NameOf(dtype),
                                       NameOf(context.output().dtype)));
    return ExpectIndices(context);
  }

  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const Dims& operand = context.input(0).dims;
    sizes_ = context.attributes->Ints("slice_sizes");
    const std::vector<int64_t> offsets = context.attributes->Ints("offset_dims");
    const std::vector<int64_t> collapsed = context.attributes->Ints("collapsed_slice_dims");
    table_ = IndexTable::Make(context.input(1), context.attributes->Int("index_vector_dim"),
                              context.attributes->Ints("start_index_map"), operand.size());
    bool fits = table_ && sizes_.size() == operand.size() && AreAxes(collapsed, operand.size()) &&
                collapsed.size() + offsets.size() == operand.size();
    for (size_t i = 0; fits && i < operand.size(); ++i) {
      fits = sizes_[i] >= 0 && sizes_[i] <= operand[i] && (!Contains(collapsed, i) || sizes_[i] == 1);
    }
    const size_t rank = fits ? table_->batch().size() + offsets.size() : 0;
    if (!fits || !AreAxes(offsets, rank)) {
      return context.Mismatch("its slices {} do not fit operand {} and indices {}", ToText(sizes_),
                              ToText(operand), ToText(context.input(1).dims));
    }
    Dims result;
    axis_of_.clear();
    batch_axes_.clear();
    size_t next = 0, batch = 0;
    for (size_t i = 0; i < rank; ++i) {
      if (Contains(offsets, i)) {
        while (Contains(collapsed, next)) ++next;
        axis_of_.push_back({next, i});
        result.push_back(sizes_[next++]);
      } else {
        batch_axes_.push_back(i);
        result.push_back(table_->batch()[batch++]);
      }
    }
    if (!CheckedProduct(result)) return context.Mismatch("{} has too many elements", ToText(result));
    return std::vector<Dims>{result};
  }

  Result<void> Compute(InvokeContext& context) override {
    const Dims &operand = context.input(0).dims, &result = dims()[0];
    const std::vector<int64_t> indices = context.input(1).ToInt64();
    const std::vector<int64_t> from_steps = reference::Strides(operand),
                               to_steps = reference::Strides(result);
    std::vector<reference::CopyAxis> axes;
    for (const auto& [from, to] : axis_of_) axes.push_back({sizes_[from], from_steps[from], to_steps[to]});
    const size_t input = 0;
    return reference::MoveElements(context, {&input, 1}, dims(), [&](auto from, auto to, size_t width) {
      if (ElementsOf(result) == 0) return;
      for (int64_t number = 0; number < ElementsOf(table_->batch()); ++number) {
        const std::vector<int64_t> start = table_->Start(indices, number);
        int64_t source = 0, target = 0, rest = number;
        for (size_t i = 0; i < start.size(); ++i) {
          source += std::clamp<int64_t>(start[i], 0, operand[i] - sizes_[i]) * from_steps[i];
        }
        for (size_t i = batch_axes_.size(); i-- > 0;) {
          const int64_t length = table_->batch()[i];
          target += rest % length * to_steps[batch_axes_[i]];
          rest /= length;
        }
        const auto bytes = static_cast<int64_t>(width);
        reference::CopyStrided(from[0] + source * bytes, to[0] + target * bytes, width, axes);
      }
    });
  }

  std::vector<int64_t> sizes_;
  std::optional<IndexTable> table_;
  std::vector<std::pair<size_t, size_t>> axis_of_;  // axes of the operand and of the result that go together
  std::vector<size_t> batch_axes_;                  // of the result
};

// Inputs: operand, indices, updates. The attribute "region" names the op that combines old and new; it stands
// in another subgraph of the file. Updates outside of the operand are left out.
class StablehloScatter : public ShapedKernel {
 public:
  StablehloScatter() : ShapedKernel(3, 1) {}

 private:
  Result<void> Check(PrepareContext& context) override {
    const std::string op = context.attributes->Text("update_computation_subgraph_index_op", "?");
    const auto combiner = reference::CombinerOfOp(op);
    LS_RETURN_IF_FAILED(context.Expect(combiner.has_value(), "it does not combine elements by '{}'", op));
    how_ = *combiner;
    const DType dtype = context.input(0).dtype;
    LS_RETURN_IF_FAILED(context.Expect(VisitDType(dtype, [](auto) {}) && !IsComplex(dtype),
                                       "it does not combine {}", NameOf(dtype)));
    if (context.input(2).dtype != dtype || context.output().dtype != dtype) {
      return context.Mismatch("operand, updates and output differ in type");
    }
    return ExpectIndices(context);
  }

  Result<std::vector<Dims>> Shape(KernelContext& context) override {
    const Dims &operand = context.input(0).dims, &updates = context.input(2).dims;
    const std::vector<int64_t> windows = context.attributes->Ints("update_window_dims");
    const std::vector<int64_t> inserted = context.attributes->Ints("inserted_window_dims");
    table_ = IndexTable::Make(context.input(1), context.attributes->Int("index_vector_dim"),
                              context.attributes->Ints("scatter_dims_to_operand_dims"), operand.size());
    bool fits = table_ && AreAxes(windows, updates.size()) && AreAxes(inserted, operand.size()) &&
                windows.size() + inserted.size() == operand.size() &&
                table_->batch().size() + windows.size() == updates.size();
    axis_of_.clear();
    batch_axes_.clear();
    size_t next = 0;
    for (size_t i = 0; fits && i < updates.size(); ++i) {
      if (Contains(windows, i)) {
        while (Contains(inserted, next)) ++next;
        axis_of_.push_back({next++, i});
      } else {
        fits = updates[i] == table_->batch()[batch_axes_.size()];
        batch_axes_.push_back(i);
      }
    }
    if (!fits) {
      return context.Mismatch("updates {} do not fit operand {} and indices {}", ToText(updates),
                              ToText(operand), ToText(context.input(1).dims));
    }
    return std::vector<Dims>{operand};
  }

  Result<void> Compute(InvokeContext& context) override {
    const TensorView &operand = context.input(0), &output = context.output();
    if (operand.bytes > 0 && output.data != operand.data)
      std::memcpy(output.data, operand.data, operand.bytes);
    if (operand.elements() == 0 || context.input(2).elements() == 0) return {};
    VisitDType(operand.dtype, [&](auto type) {
      using T = typename decltype(type)::type;
      if constexpr (requires(T a) { a < a; }) Scatter<T>(context);
    });
    return {};
  }

  template <class T>
  void Scatter(InvokeContext& context) const {
    const Dims &operand = context.input(0).dims, &updates = context.input(2).dims;
    const std::vector<int64_t> indices = context.input(1).ToInt64();
    const std::vector<int64_t> to_steps = reference::Strides(operand);
    const std::span<const T> values = context.input(2).as<T>();
    T* output = context.output().as_mutable<T>().data();
    std::vector<int64_t> position(updates.size(), 0);
    for (const T value : values) {
      int64_t number = 0;
      for (const size_t axis : batch_axes_) number = number * updates[axis] + position[axis];
      std::vector<int64_t> target = table_->Start(indices, number);
      bool inside = true;
      for (const auto& [to, from] : axis_of_) {
        const auto sum = CheckedAdd(target[to], position[from]);
        inside = inside && sum;
        target[to] = sum.value_or(0);
      }
      int64_t place = 0;
      for (size_t i = 0; inside && i < operand.size(); ++i) {
        inside = target[i] >= 0 && target[i] < operand[i];
        if (inside) place += target[i] * to_steps[i];
      }
      if (inside) output[place] = reference::Combine<T>(how_, output[place], value);
      for (size_t axis = updates.size(); axis-- > 0;) {
        if (++position[axis] < updates[axis]) break;
        position[axis] = 0;
      }
    }
  }

  Combiner how_ = Combiner::kReplace;
  std::optional<IndexTable> table_;
  std::vector<std::pair<size_t, size_t>> axis_of_;  // axes of the operand and of the updates that go together
  std::vector<size_t> batch_axes_;                  // of the updates
};

}  // namespace

LS_KERNEL(STABLEHLO_GATHER) { return std::make_unique<StablehloGather>(); }
LS_KERNEL(STABLEHLO_SCATTER) { return std::make_unique<StablehloScatter>(); }

}  // namespace litesmith
