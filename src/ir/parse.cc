#include <unordered_map>

#include "ir/parse_values.h"
#include "ir/text.h"

namespace litesmith::ir {
namespace {

class Parser : public ValueParser {
 public:
  Parser(std::string_view text, const std::vector<Tensor>& tensors, OpLookup lookup, FindingSink& findings,
         std::unique_ptr<Module> module = std::make_unique<Module>())
      : ValueParser(text, tensors, module->symbols, findings), lookup_(lookup), module_(std::move(module)) {}

  Result<std::unique_ptr<Module>> Parse() {
    for (SkipSpace(); at_ < text_.size(); SkipSpace()) {
      if (TryWord("signature")) {
        LS_TRY(std::string key, QuotedText());
        LS_RETURN_IF_FAILED(Need("@"));
        LS_TRY(std::string_view function, Word());
        module_->signatures.push_back({std::move(key), std::string(function)});
      } else {
        LS_RETURN_IF_FAILED(ParseFunction());
      }
    }
    return std::move(module_);
  }

 private:
  Result<void> ParseFunction() {
    LS_RETURN_IF_FAILED(Need("func"));
    LS_RETURN_IF_FAILED(Need("@"));
    LS_TRY(const std::string_view name, Word());
    if (module_->FindFunction(name) != nullptr)
      return Fail(fmt::format("another name than {} expected", name));
    function_ = module_->AddFunction(std::string(name));
    values_.clear();
    LS_RETURN_IF_FAILED(Need("("));
    while (!Try(")")) {
      if (function_->parameter_count() > 0) LS_RETURN_IF_FAILED(Need(","));
      LS_RETURN_IF_FAILED(Need("%"));
      LS_TRY(const std::string_view value_name, ValueName());
      if (Peek("\"")) {
        LS_TRY(std::string parameter, QuotedText());
        function_->parameter_names.push_back(std::move(parameter));
      }
      LS_RETURN_IF_FAILED(Need(":"));
      LS_TRY(Type type, ParseType());
      Value* value = function_->AddParameter(std::move(type));
      LS_RETURN_IF_FAILED(ParseValueName(value));
      values_[value_name] = value;
    }
    if (Try("->")) {
      LS_RETURN_IF_FAILED(Need("("));
      while (!Try(")")) {
        if (!function_->result_names.empty()) LS_RETURN_IF_FAILED(Need(","));
        LS_TRY(std::string result, QuotedText());
        function_->result_names.push_back(std::move(result));
      }
    }
    LS_RETURN_IF_FAILED(Need("{"));
    while (!Try("}")) LS_RETURN_IF_FAILED(ParseNode());
    return {};
  }
  Result<std::string_view> ValueName() {  // no colon: it separates name and type
    const size_t start = at_;
    while (at_ < text_.size() && IsWord(text_[at_]) && text_[at_] != ':') ++at_;
    if (start == at_) return Fail("a value's name expected");
    return text_.substr(start, at_ - start);
  }
  Result<void> ParseValueName(Value* value) {
    if (!Peek("\"")) return {};
    LS_TRY(value->name, QuotedText());
    return {};
  }
  Result<std::vector<Value*>> ParseOperands() {
    std::vector<Value*> operands;
    while (Peek("%") || Peek("_")) {
      if (Try("_")) {
        operands.push_back(nullptr);
      } else {
        LS_RETURN_IF_FAILED(Need("%"));
        LS_TRY(const std::string_view name, ValueName());
        const auto found = values_.find(name);
        if (found == values_.end()) return Fail(fmt::format("%{} is not defined above", name));
        operands.push_back(found->second);
      }
      if (!Try(",")) break;
    }
    return operands;
  }
  Result<void> ParseNode() {
    if (TryWord("return")) {
      LS_TRY(const std::vector<Value*> results, ParseOperands());
      function_->SetResults(results);
      return {};
    }
    std::vector<std::string_view> names;
    while (Peek("%")) {
      LS_RETURN_IF_FAILED(Need("%"));
      LS_TRY(const std::string_view name, ValueName());
      names.push_back(name);
      if (!Try(",")) break;
    }
    if (!names.empty()) LS_RETURN_IF_FAILED(Need("="));
    Builder builder(*function_);
    Node* node = nullptr;
    if (TryWord("const")) {
      LS_TRY(Tensor tensor, ParseTensor());
      node = builder.Constant(std::move(tensor))->node();
      if (Try(":")) {
        LS_TRY(node->output()->type, ParseType());
      }
      LS_RETURN_IF_FAILED(ParseValueName(node->output()));
    } else {
      LS_TRY(node, ParseOp(builder));
    }
    if (TryWord("loc")) {
      LS_RETURN_IF_FAILED(Need("("));
      LS_TRY(node->name, QuotedText());
      LS_RETURN_IF_FAILED(Need(")"));
    }
    if (node->output_count() != names.size()) return Fail("as many names as types expected");
    for (size_t i = 0; i < names.size(); ++i) values_[names[i]] = node->output(i);
    return {};
  }
  Result<Node*> ParseOp(Builder& builder) {
    LS_TRY(std::string_view word, Word());
    Dialect dialect = Dialect::kCore;
    for (const Dialect one : {Dialect::kTf, Dialect::kTfl}) {
      if (word.starts_with(PrefixOf(one))) {
        dialect = one;
        word.remove_prefix(PrefixOf(one).size());
        break;
      }
    }
    if (dialect == Dialect::kCore) return Fail(fmt::format("an op such as tf.{} expected", word));
    const OpDef* op = lookup_ != nullptr ? lookup_(dialect, word) : nullptr;
    if (op == nullptr) op = &module_->UnknownOp(dialect, word);
    LS_RETURN_IF_FAILED(Need("("));
    LS_TRY(const std::vector<Value*> operands, ParseOperands());
    LS_RETURN_IF_FAILED(Need(")"));
    Node* node = builder.Create(*op, operands, {});
    if (Try("{")) {
      while (!Try("}")) {
        if (!node->attributes.empty()) LS_RETURN_IF_FAILED(Need(","));
        LS_TRY(const std::string_view name, Word());
        LS_RETURN_IF_FAILED(Need("="));
        LS_TRY(Attribute value, ParseItem());
        node->attributes.Set(name, std::move(value));
      }
    }
    if (Try(":")) {
      do {
        LS_TRY(Type type, ParseType());
        LS_RETURN_IF_FAILED(ParseValueName(node->AddOutput(std::move(type))));
      } while (Try(","));
    }
    return node;
  }

  OpLookup lookup_;
  std::unique_ptr<Module> module_;
  Function* function_ = nullptr;
  std::unordered_map<std::string_view, Value*> values_;
};

}  // namespace

Result<std::unique_ptr<Module>> Parse(std::string_view text, const std::vector<Tensor>& tensors,
                                      OpLookup lookup, FindingSink& findings) {
  return Parser(text, tensors, lookup, findings).Parse();
}

}  // namespace litesmith::ir
