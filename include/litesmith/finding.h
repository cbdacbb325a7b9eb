// What Litesmith has to say about a model or a file: findings, as values. docs/api.md is the guide.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace litesmith::api {

enum class Severity : uint8_t { kNote, kWarning, kError };

struct Finding {
  struct Tensor {
    std::string name;
    std::string dtype;           // "float32"; empty if not known
    std::vector<int64_t> shape;  // -1 where not known
    bool ranked = true;          // false: not even the number of dimensions is known
  };
  struct Fix {
    std::string text;
    std::string option;  // of the command line program, or empty
  };

  std::string code;  // "LS0101"; docs/findings has a page on each
  Severity severity = Severity::kError;
  std::string category;  // "custom-op"
  std::string headline;
  std::string cause;
  std::string op, node, layer, source;  // empty: not known
  int count = 1;                        // places that this finding stands for
  std::vector<Tensor> tensors;
  std::vector<Fix> fixes;
};

// The page of a code in Markdown; empty for codes that do not exist.
std::string Explain(const std::string& code);

// One finding as the command line program prints it, several lines of at most `width` columns.
std::string ToText(const Finding& finding, int width = 100);

// A value, or none because something failed; with everything that was found on the way, errors first of all.
// Warnings and notes come with values, too.
template <class T>
class [[nodiscard]] Outcome {
 public:
  Outcome(T value, std::vector<Finding> findings)
      : value_(std::move(value)), findings_(std::move(findings)) {}
  explicit Outcome(std::vector<Finding> findings) : findings_(std::move(findings)) {}

  bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }
  // Only if ok().
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }
  T&& operator*() && { return *std::move(value_); }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }
  const std::vector<Finding>& findings() const { return findings_; }

 private:
  std::optional<T> value_;
  std::vector<Finding> findings_;
};

template <>
class [[nodiscard]] Outcome<void> {
 public:
  Outcome(bool ok, std::vector<Finding> findings) : ok_(ok), findings_(std::move(findings)) {}
  bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }
  const std::vector<Finding>& findings() const { return findings_; }

 private:
  bool ok_;
  std::vector<Finding> findings_;
};

}  // namespace litesmith::api
