// Two elements made one, as the regions of StableHLO ops and reductions over windows ask for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

namespace litesmith::reference {

enum class Combiner : uint8_t { kReplace, kAdd, kMultiply, kMinimum, kMaximum, kAnd, kOr };

// The combiner that an op stands for ("STABLEHLO_ADD", "ADD", ...); kReplace for "", a region that returns
// its second argument as it is.
std::optional<Combiner> CombinerOfOp(std::string_view op);

// Integers wrap around; kAnd and kOr are of truth values for bool and of bits for integers.
template <class T>
T Combine(Combiner how, T a, T b) {
  if constexpr (std::is_same_v<T, bool>) {
    return how == Combiner::kReplace                                                          ? b
           : how == Combiner::kAnd || how == Combiner::kMultiply || how == Combiner::kMinimum ? a && b
                                                                                              : a || b;
  } else {
    // Wide enough that neither sums nor products of small types are promoted to int and overflow there.
    using Wide = std::conditional_t<std::is_integral_v<T>, uint64_t, T>;
    switch (how) {
      case Combiner::kReplace:
        return b;
      case Combiner::kAdd:
        return static_cast<T>(static_cast<Wide>(a) + static_cast<Wide>(b));
      case Combiner::kMultiply:
        return static_cast<T>(static_cast<Wide>(a) * static_cast<Wide>(b));
      case Combiner::kMinimum:
        return b < a ? b : a;
      case Combiner::kMaximum:
        return a < b ? b : a;
      case Combiner::kAnd:
        if constexpr (std::is_integral_v<T>) return static_cast<T>(a & b);
        return T(static_cast<float>(a != T(0) && b != T(0)));
      case Combiner::kOr:
        if constexpr (std::is_integral_v<T>) return static_cast<T>(a | b);
        return T(static_cast<float>(a != T(0) || b != T(0)));
    }
    return b;
  }
}

}  // namespace litesmith::reference
