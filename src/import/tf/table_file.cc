#include "import/tf/table_file.h"

#include <charconv>
#include <optional>
#include <vector>

#include "base/finding.h"

namespace litesmith::import_tf {
namespace {

constexpr int64_t kLineNumber = -1, kWholeLine = -2;

// Lines without their ends; what follows the last end counts if it is not empty.
std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    if (end == text.npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::optional<std::string_view> ColumnOf(std::string_view line, int64_t column, std::string_view delimiter) {
  if (column == kWholeLine) return line;
  for (;; --column) {
    const size_t end = delimiter.empty() ? line.npos : line.find(delimiter);
    if (column == 0) return line.substr(0, end);
    if (end == line.npos) return std::nullopt;
    line.remove_prefix(end + delimiter.size());
  }
}

template <class T>
std::optional<T> NumberOf(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  T value{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

class Column {
 public:
  Column(const std::vector<std::string_view>& lines, const TableFileFormat& format, int64_t index)
      : lines_(lines), format_(format), index_(index) {}

  // Empty, with bad_line() set, if a line does not have it.
  template <class T>
  std::optional<Tensor> Numbers() {
    std::vector<T> values;
    for (size_t i = 0; i < lines_.size(); ++i) {
      std::optional<T> value;
      if (index_ == kLineNumber) {
        value = static_cast<T>(static_cast<int64_t>(i) + format_.offset);
      } else if (const auto text = ColumnOf(lines_[i], index_, format_.delimiter)) {
        value = NumberOf<T>(*text);
      }
      if (!value) return Bad(i);
      values.push_back(*value);
    }
    return Tensor::Of<T>({static_cast<int64_t>(values.size())}, values);
  }
  std::optional<Tensor> Texts() {
    std::vector<std::string_view> values;
    for (size_t i = 0; i < lines_.size(); ++i) {
      const auto text = index_ == kLineNumber ? std::nullopt : ColumnOf(lines_[i], index_, format_.delimiter);
      if (!text) return Bad(i);
      values.push_back(*text);
    }
    return Tensor::OfStrings({static_cast<int64_t>(values.size())}, values);
  }
  size_t bad_line() const { return bad_line_; }

 private:
  std::optional<Tensor> Bad(size_t line) {
    bad_line_ = line;
    return std::nullopt;
  }

  const std::vector<std::string_view>& lines_;
  const TableFileFormat& format_;
  int64_t index_;
  size_t bad_line_ = 0;
};

Result<Tensor> ReadColumn(Context& context, const std::string& path,
                          const std::vector<std::string_view>& lines, const TableFileFormat& format,
                          int64_t index, DType dtype) {
  Column column(lines, format, index);
  std::optional<Tensor> tensor;
  switch (dtype) {
    case DType::kString:
      tensor = column.Texts();
      break;
    case DType::kInt64:
      tensor = column.Numbers<int64_t>();
      break;
    case DType::kInt32:
      tensor = column.Numbers<int32_t>();
      break;
    case DType::kFloat32:
      tensor = column.Numbers<float>();
      break;
    case DType::kFloat64:
      tensor = column.Numbers<double>();
      break;
    default:
      return context.findings.Report(
          Finding(Code::kTableUnsupported)
              .Headline("a lookup table of {} from a file", NameOf(dtype))
              .Cause("{} is read into a table of that data type", path)
              .Fix("use strings, int64 or float32 as keys and values of the table"));
  }
  if (tensor) return *std::move(tensor);
  return context.findings.Report(
      Finding(Code::kFileDamaged)
          .Headline("{} does not hold what the lookup table needs", FileName(path))
          .Cause("{}, line {}: no {} in column {}", path, column.bad_line() + 1, NameOf(dtype), index)
          .Fix("copy the folder assets/ of the SavedModel again, or export the model again"));
}

}  // namespace

Result<TableContent> ReadTableFile(Context& context, const std::string& path, const TableFileFormat& format) {
  const FileResult<FileBytes> file = context.host.Map(path);
  if (!file.status) {
    return context.findings.Report(
        Finding(Code::kVariablesMissing)
            .Headline("the file of a lookup table is missing")
            .Cause("{}: {}", path,
                   file.status.problem == FileProblem::kMissing ? "no such file" : file.status.detail)
            .Fix("copy the folder assets/ along with saved_model.pb, or export the model again"));
  }
  const std::string_view text = AsText(file.value.bytes);
  if (text.size() > size_t{1} << 30 || format.key_index < kWholeLine || format.value_index < kWholeLine) {
    return context.findings.Report(Finding(Code::kTableUnsupported)
                                       .Headline("a lookup table that cannot be read")
                                       .Cause("{} has {} bytes, columns {} and {}", path, text.size(),
                                              format.key_index, format.value_index)
                                       .Fix("export the model with a smaller or simpler table"));
  }
  std::vector<std::string_view> lines = LinesOf(text);
  if (format.vocab_size >= 0 && static_cast<uint64_t>(format.vocab_size) < lines.size()) {
    lines.resize(static_cast<size_t>(format.vocab_size));
  }
  TableContent content;
  LS_TRY(content.keys, ReadColumn(context, path, lines, format, format.key_index, format.key_dtype));
  LS_TRY(content.values, ReadColumn(context, path, lines, format, format.value_index, format.value_dtype));
  return content;
}

}  // namespace litesmith::import_tf
