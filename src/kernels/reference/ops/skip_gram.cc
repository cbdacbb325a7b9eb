// SKIP_GRAM: splits its first string into words and returns all sequences of n of them that leave out at most
// so many in between.
#include <string>

#include "kernels/reference/movement.h"

namespace litesmith {
namespace {

// Strings that a text of a few kilobytes could be blown up to.
constexpr size_t kMostGrams = size_t{1} << 22, kMostBytes = size_t{1} << 28;

bool IsSpace(char letter) { return letter == ' ' || (letter >= '\t' && letter <= '\r'); }

// TensorFlow Lite's way: a blank as the very first letter belongs to the first word, if one follows.
std::vector<std::string_view> WordsOf(std::string_view text) {
  std::vector<std::string_view> words;
  size_t first = 0;
  for (size_t i = 1; i < text.size(); ++i) {
    if (!IsSpace(text[i])) continue;
    if (i > first && !IsSpace(text[first])) words.push_back(text.substr(first, i - first));
    first = i + 1;
  }
  if (text.size() > first) words.push_back(text.substr(first));
  return words;
}

class SkipGram : public Kernel {
  Result<void> Prepare(PrepareContext& context) override {
    if (!context.has_input(0) || context.output_count() != 1)
      return context.Mismatch("it has one input and one output");
    LS_RETURN_IF_FAILED(
        context.Expect(context.input(0).dtype == DType::kString && context.output().dtype == DType::kString,
                       "it takes and makes strings"));
    length_ = context.attributes->Int("ngram_size");
    skip_ = context.attributes->Int("max_skip_size");
    all_ = context.attributes->Bool("include_all_ngrams");
    if (length_ < 1 || skip_ < 0)
      return context.Mismatch("it cannot make {} words with {} left out", length_, skip_);
    context.SetOutputDynamic(0);
    return {};
  }

  Result<void> Invoke(InvokeContext& context) override {
    LS_TRY(const std::vector<std::string_view> strings, reference::StringsOf(context, context.input(0)));
    if (strings.empty()) return context.Mismatch("it has no text to split");
    const std::vector<std::string_view> words = WordsOf(strings[0]);
    std::vector<std::string> grams;
    if (static_cast<int64_t>(words.size()) >= length_) LS_RETURN_IF_FAILED(Collect(context, words, grams));
    return reference::WriteStrings(context, 0, {static_cast<int64_t>(grams.size())},
                                   std::vector<std::string_view>(grams.begin(), grams.end()));
  }

  // Depth first without recursion: `chosen` are the words of the sequence so far, `next` the one to try
  // behind them. A sequence follows the longer ones that it begins.
  Result<void> Collect(InvokeContext& context, const std::vector<std::string_view>& words,
                       std::vector<std::string>& grams) const {
    std::vector<size_t> chosen;
    size_t next = 0, bytes = 0;
    while (true) {
      const bool full = static_cast<int64_t>(chosen.size()) == length_;
      const bool near = chosen.empty() || static_cast<int64_t>(next - chosen.back()) <= skip_ + 1;
      // Words that are too few to finish a sequence need not be tried.
      const bool enough = all_ || words.size() - next >= static_cast<size_t>(length_) - chosen.size();
      if (!full && near && next < words.size() && enough) {
        chosen.push_back(next++);
        continue;
      }
      if (chosen.empty()) return {};
      if (all_ || full) {
        grams.push_back(Joined(words, chosen));
        bytes += grams.back().size();
        if (grams.size() > kMostGrams || bytes > kMostBytes) {
          return context.Report(Code::kLimitExceeded,
                                fmt::format("a text of {} words has too many sequences", words.size()));
        }
      }
      next = chosen.back() + 1;
      chosen.pop_back();
    }
  }

  static std::string Joined(const std::vector<std::string_view>& words, const std::vector<size_t>& chosen) {
    std::string text;
    for (const size_t word : chosen) {
      if (!text.empty()) text += ' ';
      text += words[word];
    }
    return text;
  }

  int64_t length_ = 1, skip_ = 0;
  bool all_ = false;
};

}  // namespace

LS_KERNEL(SKIP_GRAM) { return std::make_unique<SkipGram>(); }

}  // namespace litesmith
