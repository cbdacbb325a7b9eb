#include "findings/json.h"

namespace litesmith::findings {

using nlohmann::ordered_json;

ordered_json ToJson(const Finding& finding) {
  ordered_json json = {{"code", CodeText(finding.code)},
                       {"severity", SeverityText(finding.severity)},
                       {"category", CategoryText(InfoOf(finding.code).category)},
                       {"headline", finding.headline}};
  const auto set = [&](const char* key, const std::string& value) {
    if (!value.empty()) json[key] = value;
  };
  set("op", finding.op);
  set("node", finding.node);
  json["count"] = finding.count;
  set("layer", finding.layer);
  set("source", finding.source);
  json["tensors"] = ordered_json::array();
  for (const auto& tensor : finding.tensors) {
    ordered_json one;
    one["name"] = tensor.name;
    if (!tensor.dtype.empty()) one["dtype"] = tensor.dtype;
    if (tensor.ranked) one["shape"] = tensor.shape;
    json["tensors"].push_back(std::move(one));
  }
  json["cause"] = finding.cause;
  json["fixes"] = ordered_json::array();
  for (const auto& fix : finding.fixes) {
    ordered_json one = {{"text", fix.text}};
    if (!fix.option.empty()) one["option"] = fix.option;
    json["fixes"].push_back(std::move(one));
  }
  return json;
}

ordered_json ToJson(const std::vector<Finding>& findings) {
  ordered_json json = ordered_json::array();
  for (const Finding& finding : findings) json.push_back(ToJson(finding));
  return json;
}

std::string Dump(const ordered_json& document) {
  return document.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace litesmith::findings
