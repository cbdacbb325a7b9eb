#include "findings/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace litesmith::findings {
namespace {

constexpr std::string_view kRed = "\x1b[1;31m", kYellow = "\x1b[1;33m", kBlue = "\x1b[1;34m",
                           kBold = "\x1b[1m", kReset = "\x1b[0m";

std::string_view ColourOf(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return kRed;
    case Severity::kWarning:
      return kYellow;
    case Severity::kNote:
      return kBlue;
  }
  return "";
}

// Characters of UTF-8, which is what a terminal counts.
size_t Columns(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

// `label` and then `text`, wrapped at words, further lines below the text's start.
void AppendWrapped(std::string& out, std::string_view label, std::string_view raw, int width) {
  const std::string text = Printable(raw, false);
  out += label;
  const size_t indent = Columns(label);
  size_t column = indent;
  bool first = true;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(' ', at), text.size());
    const std::string_view word = std::string_view(text).substr(at, end - at);
    const size_t length = Columns(word);
    if (!first && column + 1 + length > static_cast<size_t>(width)) {
      out += '\n';
      out.append(indent, ' ');
      column = indent;
    } else if (!first) {
      out += ' ';
      ++column;
    }
    out += word;
    column += length;
    first = false;
    at = end + 1;
  }
  out += '\n';
}

std::string ShapeText(const Finding::TensorNote& tensor) {
  if (!tensor.ranked) return "[*]";
  std::string text = "[";
  for (size_t i = 0; i < tensor.shape.size(); ++i) {
    text += i > 0 ? "," : "";
    text += tensor.shape[i] < 0 ? "?" : std::to_string(tensor.shape[i]);
  }
  return text + "]";
}

// A character that a terminal takes as a command: of ASCII, or U+0080 to U+009F in UTF-8.
size_t ControlAt(std::string_view text, size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x20 || byte == 0x7f) return 1;
  if (byte != 0xc2 || at + 1 >= text.size()) return 0;
  const auto next = static_cast<unsigned char>(text[at + 1]);
  return next >= 0x80 && next <= 0x9f ? 2 : 0;
}

}  // namespace

std::string Printable(std::string_view text, bool keep_lines) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const bool kept = keep_lines && (text[at] == '\n' || text[at] == '\t');
    const size_t length = kept ? 0 : ControlAt(text, at);
    for (size_t i = 0; i < length; ++i)
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at + i]));
    if (length == 0) out += text[at];
    at += std::max<size_t>(length, 1);
  }
  return out;
}

std::string RenderText(const Finding& finding, const TextStyle& style) {
  const auto paint = [&](std::string_view colour, std::string text) {
    return style.colour ? fmt::format("{}{}{}", colour, text, kReset) : text;
  };
  std::string out = paint(ColourOf(finding.severity),
                          fmt::format("{}[{}]", SeverityText(finding.severity), CodeText(finding.code)));
  out += ": " + paint(kBold, Printable(finding.headline, false)) + "\n";
  std::string place;
  const auto add = [&](std::string_view between, const std::string& part) {
    place += fmt::format("{}{}", place.empty() ? "" : between, part);
  };
  if (!finding.op.empty()) add("", finding.op);
  if (!finding.node.empty()) add(" ", fmt::format("'{}'", finding.node));
  if (finding.count > 1) add(" ", fmt::format("and {} more like it", finding.count - 1));
  if (!finding.layer.empty()) add(", ", "in layer " + finding.layer);
  if (!finding.source.empty()) add(", ", "at " + finding.source);
  if (!place.empty()) AppendWrapped(out, "  where: ", place, style.width);
  if (!finding.tensors.empty()) {
    std::string tensors;
    for (const auto& tensor : finding.tensors) {
      tensors += fmt::format("{}{}{}{}{}", tensors.empty() ? "" : "; ", tensor.name,
                             tensor.name.empty() ? "" : " ", tensor.dtype, ShapeText(tensor));
    }
    AppendWrapped(out, "  given: ", tensors, style.width);
  }
  if (!finding.cause.empty()) AppendWrapped(out, "  why:   ", finding.cause, style.width);
  for (const auto& fix : finding.fixes) {
    std::string text = fix.text;
    if (!fix.option.empty() && text.find(fix.option) == std::string::npos) text += ": " + fix.option;
    AppendWrapped(out, "  do:    ", text, style.width);
  }
  return out;
}

std::string RenderText(const std::vector<Finding>& findings, const TextStyle& style) {
  std::vector<const Finding*> order;
  for (const Finding& finding : findings) order.push_back(&finding);
  std::stable_sort(order.begin(), order.end(), [&](const Finding* a, const Finding* b) {
    return style.errors_last ? a->severity < b->severity : a->severity > b->severity;
  });
  std::string out;
  for (const Finding* finding : order) out += RenderText(*finding, style);
  return out;
}

}  // namespace litesmith::findings
