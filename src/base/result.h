// Result<T>: a value, or nothing because something failed. Why it failed is a Finding that whoever failed has
// put into the sink already (base/finding.h), so a Result carries no text and callers just pass failure on.
#pragma once

#include <optional>
#include <utility>

namespace litesmith {

struct Failed {};
inline constexpr Failed kFailed;

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(Failed) {}
  template <class U>
  requires(std::is_convertible_v<U&&, T> && !std::is_same_v<std::remove_cvref_t<U>, Result> &&
           !std::is_same_v<std::remove_cvref_t<U>, T> && !std::is_same_v<std::remove_cvref_t<U>, Failed>)
      Result(U&& value)
      : value_(std::forward<U>(value)) {}

  bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }
  T&& operator*() && { return *std::move(value_); }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }

 private:
  std::optional<T> value_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() : ok_(true) {}
  Result(Failed) : ok_(false) {}
  bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }

 private:
  bool ok_;
};

// LS_TRY(auto x, F()) : x is the value of F(), or the enclosing function fails too.
#define LS_TRY(declaration, expression) LS_TRY_(declaration, expression, LS_TRY_NAME_(__LINE__))
#define LS_TRY_(declaration, expression, name) \
  auto name = (expression);                    \
  if (!name.ok()) return ::litesmith::kFailed; \
  declaration = *std::move(name)
#define LS_TRY_NAME_(line) LS_TRY_NAME2_(line)
#define LS_TRY_NAME2_(line) result_##line##_

// LS_RETURN_IF_FAILED(F()) : the enclosing function fails if F() does.
#define LS_RETURN_IF_FAILED(expression)                  \
  do {                                                   \
    if (!(expression).ok()) return ::litesmith::kFailed; \
  } while (false)

}  // namespace litesmith
