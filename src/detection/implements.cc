#include "detection/implements.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "detection/op_options.h"
#include "tf/ops.h"

namespace litesmith::detection {
namespace {

// Words, texts in quotes and single signs of a protobuf text.
class Tokens {
 public:
  explicit Tokens(const std::string& text) : text_(text) {}

  // Empty at the end; a quoted text without its quotes.
  std::string Next() {
    while (at_ < text_.size() && (std::isspace(static_cast<unsigned char>(text_[at_])) != 0 ||
                                  text_[at_] == ':' || text_[at_] == ',' || text_[at_] == ';')) {
      ++at_;
    }
    if (at_ >= text_.size()) return {};
    const char first = text_[at_];
    if (first == '"' || first == '\'') {
      const size_t end = std::min(text_.find(first, at_ + 1), text_.size());
      std::string token = text_.substr(at_ + 1, end - at_ - 1);
      at_ = std::min(end + 1, text_.size());
      return token;
    }
    if (first == '{' || first == '}') return std::string(1, text_[at_++]);
    const size_t start = at_;
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) == 0 &&
           text_[at_] != ':' && text_[at_] != '{' && text_[at_] != '}') {
      ++at_;
    }
    return text_.substr(start, at_ - start);
  }

 private:
  const std::string& text_;
  size_t at_ = 0;
};

}  // namespace

Attributes ParseImplements(const std::string& text) {
  Attributes options;
  Tokens tokens(text);
  std::string key;
  for (std::string token = tokens.Next(); !token.empty(); token = tokens.Next()) {
    if (token == "key") {
      key = tokens.Next();
    } else if (!key.empty() && token == "i") {
      options.Set(key, static_cast<int64_t>(std::strtoll(tokens.Next().c_str(), nullptr, 10)));
    } else if (!key.empty() && token == "f") {
      options.Set(key, std::strtof(tokens.Next().c_str(), nullptr));
    } else if (!key.empty() && token == "b") {
      options.Set(key, tokens.Next() == "true");
    }
  }
  return options;
}

std::optional<ImplementsCall> FindImplementsCall(ir::Function& function) {
  for (ir::Node& node : function.nodes()) {
    const std::string* implements = node.attributes.FindAs<std::string>("_implements");
    if (implements == nullptr || node.operand_count() != 3 || node.output_count() != 4) continue;
    if (implements->find(kOpName) != std::string::npos)
      return ImplementsCall{&node, ParseImplements(*implements)};
  }
  return std::nullopt;
}

}  // namespace litesmith::detection
