// Which channels of a model's tensors can be scaled without changing what the model computes.
#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "ir/module.h"

namespace litesmith::quantization {

// The channels (along the last axis) of all float values of a module and of its weights, put into classes: if
// all members of a class are multiplied by one positive factor, the ops between them still agree. Weights
// that make a channel are multiplied by its factor, those that read it are divided. Channels that anything
// else reads or makes (an activation with a bound, an op that mixes channels, a function's parameter or
// result) are in the class kFixed, whose factor is 1.
class ChannelClasses {
 public:
  explicit ChannelClasses(const ir::Module& module);

  static constexpr size_t kFixed = 0;
  size_t count() const { return parent_.size(); }  // classes are smaller than that
  // The class of each channel; empty where the last dimension is not known.
  std::vector<size_t> Of(const ir::Value& value) const;
  // Whether any channel of the value is free.
  bool IsFree(const ir::Value& value) const;

  // A constant operand that is scaled along.
  struct Constant {
    const ir::Node* node;
    size_t operand;
    // Slices along an axis are multiplied by the factors of `made`, or divided by those of `read`; a
    // depthwise filter by both along its last axis.
    int made_axis = -1, read_axis = -1;
    std::vector<size_t> made, read;  // classes
  };
  std::vector<Constant> Constants() const;

 private:
  struct Span {
    size_t first = kFixed, count = 0;
  };
  enum Role { kValue, kMade, kRead };
  using Key = std::tuple<const void*, size_t, Role>;  // a value, or a constant's bytes and their number

  size_t Root(size_t element);
  void Tie(Span a, Span b);  // one by one
  void Fix(Span span);
  Span NewSpan(size_t count);
  Span SpanOf(const ir::Value* value);
  Span SpanOf(const Tensor& constant, int64_t channels, Role role);
  std::vector<size_t> ClassesOf(Span span) const;

  void Visit(const ir::Node& node);
  bool VisitWeights(const ir::Node& node);
  bool VisitMoving(const ir::Node& node);
  bool VisitJoining(const ir::Node& node);
  bool VisitElementwise(const ir::Node& node);
  void FixAll(const ir::Node& node);

  struct Scaled {
    const ir::Node* node;
    size_t operand;
    int made_axis, read_axis;
    Span made, read;
  };
  std::vector<size_t> parent_{kFixed};
  std::map<Key, Span> spans_;
  std::vector<Scaled> scaled_;
};

}  // namespace litesmith::quantization
