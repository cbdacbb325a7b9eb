// EMBEDDING_LOOKUP: rows of a table by index. Integer tables with scales give floats where the output is
// float32.
#include <cstring>

#include "kernels/reference/checks.h"

namespace litesmith {
namespace {

class EmbeddingLookup : public Kernel {
 public:
  Result<void> Prepare(PrepareContext& context) override {
    LS_RETURN_IF_FAILED(ExpectCounts(context, 2, 2));
    const TensorView &index = context.input(0), &table = context.input(1), &output = context.output();
    LS_RETURN_IF_FAILED(ExpectDType(context, index, {DType::kInt32}, "list of indices"));
    LS_RETURN_IF_FAILED(ExpectRank(context, index, 1, 1, "list of indices"));
    LS_RETURN_IF_FAILED(ExpectRank(context, table, 2, 255, "table"));
    widens_ = output.dtype == DType::kFloat32 && table.dtype != DType::kFloat32;
    if (widens_) {
      LS_RETURN_IF_FAILED(
          ExpectDType(context, table, {DType::kInt8, DType::kUInt8, DType::kInt4, DType::kInt2}, "table"));
      LS_RETURN_IF_FAILED(context.Expect(table.quantization == nullptr || table.quantization->block_size == 0,
                                         "a table with a scale for each block of a row"));
      LS_RETURN_IF_FAILED(ExpectQuantized(context, table, "table", table.dim(0), 0));
    } else {
      LS_RETURN_IF_FAILED(ExpectSameDType(context, table, output));
      LS_RETURN_IF_FAILED(context.Expect(BitsOf(table.dtype) >= 8, "a table of {}", NameOf(table.dtype)));
    }
    Dims dims = table.dims;
    dims[0] = index.dim(0);
    return context.SetOutput(0, std::move(dims));
  }

  Result<void> Invoke(InvokeContext& context) override {
    const TensorView &table = context.input(1), &output = context.output();
    const int64_t rows = table.dim(0);
    const int64_t size = rows == 0 ? 0 : table.elements() / rows;
    int64_t place = 0;
    for (int32_t row : context.input(0).as<int32_t>()) {
      if (row < 0 || row >= rows) return context.Mismatch("index {} into a table of {} rows", row, rows);
      if (widens_) {
        WidenRow(table, row, size, output.as_mutable<float>().data() + place * size);
      } else {
        const int64_t bytes = size * (BitsOf(table.dtype) / 8);
        if (bytes > 0)
          std::memcpy(output.data + place * bytes, table.data + row * bytes, static_cast<size_t>(bytes));
      }
      ++place;
    }
    return {};
  }

 private:
  static void WidenRow(const TensorView& table, int64_t row, int64_t size, float* out) {
    const float scale = table.quantization->scale_at(static_cast<size_t>(row));
    const auto zero = static_cast<int32_t>(table.quantization->zero_point_at(static_cast<size_t>(row)));
    const int bits = BitsOf(table.dtype);
    for (int64_t i = 0; i < size; ++i) {
      const int64_t at = row * size + i;
      int32_t q = 0;
      if (table.dtype == DType::kUInt8) {
        q = static_cast<int32_t>(table.data[at]);
      } else if (bits == 8) {
        q = static_cast<int8_t>(table.data[at]);
      } else {
        const auto byte = static_cast<unsigned>(table.data[at * bits / 8]);
        const auto field = static_cast<uint8_t>(byte >> (at * bits % 8) << (8 - bits));
        q = static_cast<int8_t>(field) >> (8 - bits);
      }
      out[i] = scale * static_cast<float>(q - zero);
    }
  }

  bool widens_ = false;
};

}  // namespace

LS_KERNEL(EMBEDDING_LOOKUP) { return std::make_unique<EmbeddingLookup>(); }

}  // namespace litesmith
