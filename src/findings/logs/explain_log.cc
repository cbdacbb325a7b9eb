#include "findings/logs/explain_log.h"

#include <algorithm>
#include <optional>

#include "findings/logs/unsupported_ops.h"

namespace litesmith::findings {
namespace {

constexpr size_t kMostMatches = 20'000, kMostFindings = 30, kMostOfOneRule = 3, kLongestQuote = 260;

std::vector<const Rule*> AllRules() {
  std::vector<const Rule*> rules;
  for (const auto table :
       {LoadingRules(), CheckpointRules(), KerasRules(), ConverterRules(), QuantizationRules(),
        RuntimeRules(), KernelRules(), DelegateRules(), ToolRules()}) {
    for (const Rule& rule : table) rules.push_back(&rule);
  }
  return rules;
}

struct Answer {
  Placed placed;
  Weight weight;
  size_t rule;  // one of AllRules, or kNoRule
  int rank;     // among those of one severity
};
constexpr size_t kNoRule = static_cast<size_t>(-1);

// "line 12: "..."" of what matched; what programs print before a message (time, thread, file) is left out.
std::string Quote(const LogText& text, size_t offset, size_t end) {
  const size_t index = text.LineIndex(offset);
  const std::string_view line = text.Line(index);
  const size_t within = std::min(offset - text.starts[index], line.size());
  size_t begin = within <= 80 ? 0 : within;
  const size_t prefix = line.substr(begin, within - begin).rfind("] ");
  if (prefix != std::string_view::npos && line[begin] != '[') begin += prefix + 2;
  // A message may go on in the next line.
  const size_t length = std::max(line.size(), std::max(end, offset) - text.starts[index]) - begin;
  std::string quoted(
      std::string_view(text.flat).substr(text.starts[index] + begin, std::min(length, kLongestQuote)));
  if (length > kLongestQuote) {
    while (!quoted.empty() && (quoted.back() & 0xc0) == 0x80) quoted.pop_back();  // no half character
    quoted += "...";
  }
  while (!quoted.empty() && quoted.back() == ' ') quoted.pop_back();
  return fmt::format("line {}: \"{}\"", text.numbers[index], quoted);
}

// Frames of Python in the user's own files, by their place in the text.
struct Frame {
  size_t offset;
  std::string source;
};
std::vector<Frame> UserFrames(const LogText& text) {
  static const Matcher matcher = [] {
    Matcher all;
    all.Add("File \"{path}\", line {n}", 0);
    all.Add("Cell In[{n}], line {m}\nCell In [{n}], line {m}", 1);
    all.Add("<ipython-input-{n}-{_}> in {_} ----> {m} ", 1);
    return all;
  }();
  std::vector<Frame> frames;
  for (const Match& match : matcher.FindAll(text, kMostMatches)) {
    if (match.rule == 1) {
      frames.push_back({match.begin, fmt::format("In[{}]:{}", match.Place("n"), match.Place("m"))});
      continue;
    }
    const std::string_view path = match.Place("path");
    const auto holds = [&](std::string_view part) { return path.find(part) != std::string_view::npos; };
    if (holds("site-packages") || holds("dist-packages") || holds("/lib/python3") || holds("\\lib\\") ||
        holds("<frozen"))
      continue;
    frames.push_back({match.begin, fmt::format("{}:{}", path, match.Place("n"))});
  }
  return frames;
}

std::string SourceBefore(const std::vector<Frame>& frames, size_t offset) {
  const auto after = std::partition_point(frames.begin(), frames.end(),
                                          [&](const Frame& frame) { return frame.offset < offset; });
  return after == frames.begin() ? std::string() : (after - 1)->source;
}

// Each thing said once: equal headlines are one finding, and so are more than a few of one rule.
void Group(std::vector<Answer>& answers) {
  std::vector<Answer> kept;
  for (Answer& answer : answers) {
    size_t of_rule = 0;
    Answer* first = nullptr;
    bool said = false;
    for (Answer& other : kept) {
      const bool same_rule = other.rule == answer.rule && answer.rule != kNoRule;
      of_rule += same_rule ? 1 : 0;
      if (same_rule && first == nullptr) first = &other;
      said |= other.placed.finding.headline == answer.placed.finding.headline;
    }
    if (said) continue;
    if (of_rule >= kMostOfOneRule) {
      first->placed.finding.count += 1;
    } else if (kept.size() < kMostFindings) {
      kept.push_back(std::move(answer));
    }
  }
  answers = std::move(kept);
}

// All answers to what the text says, echoes among them, in its order.
std::vector<Answer> AnswersTo(const LogText& text, const Knowledge& knowledge) {
  static const std::vector<const Rule*> rules = AllRules();
  static const Matcher matcher = [] {
    Matcher all;
    for (size_t i = 0; i < rules.size(); ++i) all.Add(rules[i]->patterns, i);
    return all;
  }();
  std::vector<Answer> answers;
  for (const Match& match : matcher.FindAll(text, kMostMatches)) {
    const Rule& rule = *rules[match.rule];
    answers.push_back(
        {{match.begin, match.end, FindingOf(rule, match, knowledge)}, rule.weight, match.rule, 0});
  }
  for (Placed& placed : UnsupportedOps(text, knowledge)) {
    // Ops that Litesmith converts are told behind those that stand in its way too.
    const int rank = placed.finding.code == Code::kLoweringRefused ? 1 : 0;
    answers.push_back({std::move(placed), Weight::kCause, kNoRule, rank});
  }
  std::stable_sort(answers.begin(), answers.end(),
                   [](const Answer& a, const Answer& b) { return a.placed.offset < b.placed.offset; });
  Group(answers);
  return answers;
}

bool HasCause(const std::vector<Answer>& answers) {
  return std::any_of(answers.begin(), answers.end(), [](const Answer& answer) {
    return answer.weight == Weight::kCause && answer.placed.finding.severity == Severity::kError;
  });
}

// The last line that looks like an error; empty if none does.
std::optional<size_t> LastErrorLine(const LogText& text) {
  for (size_t i = text.starts.size(); i-- > 0;) {
    const std::string_view line = text.Line(i);
    for (const std::string_view word : {"Error", "error:", "ERROR", "rror ", "Exception", "exception",
                                        "ailed", "FATAL", "fatal", "annot "}) {
      if (line.find(word) != std::string_view::npos) return i;
    }
  }
  return std::nullopt;
}

// Codes of findings of ours, "error[LS0101]: ...", each once.
std::vector<std::string> OwnCodes(const LogText& text) {
  constexpr size_t kMost = 5;
  std::vector<std::string> codes;
  for (size_t i = 0; i < text.starts.size() && codes.size() < kMost; ++i) {
    const std::string_view line = text.Line(i);
    const size_t at = line.find("[LS");
    if (at == line.npos || line.substr(at).size() < 9 || line.substr(at + 7, 2) != "]:") continue;
    std::string code(line.substr(at + 1, 6));
    const bool number = code.find_first_not_of("0123456789", 2) == code.npos;
    if (number && std::find(codes.begin(), codes.end(), code) == codes.end())
      codes.push_back(std::move(code));
  }
  return codes;
}

Finding NothingKnown(const LogText& text) {
  Finding finding(Code::kLogUnknown);
  if (const std::vector<std::string> codes = OwnCodes(text); !codes.empty()) {
    finding.Headline("these are findings of Litesmith itself")
        .Cause("each says what to do under `do:`, and its code has a page");
    for (const std::string& code : codes) finding.Fix("read its page", "litesmith explain " + code);
    return finding;
  }
  if (const auto line = LastErrorLine(text)) {
    finding.Headline("this log says nothing that Litesmith knows")
        .Cause("no message in it is of a family that is known here. What looks most like the error is {}",
               Quote(text, text.starts[*line], 0));
  } else {
    finding.Headline("no error message is in this log")
        .Cause(
            "none of its lines looks like an error; what TensorFlow says of CUDA, TensorRT, oneDNN, AVX "
            "and of things that are "
            "deprecated is harmless");
  }
  if (text.skipped) finding.cause += ". The file is large: its middle was not read";
  return finding
      .Fix("give the whole output, standard error included: COMMAND > log.txt 2>&1",
           "litesmith explain --log log.txt")
      .Fix("look at the model itself, which says more than a log", std::string(kDiagnose.option))
      .Fix("for a .tflite: see whether it runs here",
           "litesmith run model.tflite --inputs in.npz --outputs out.npz");
}

}  // namespace

std::vector<Finding> ExplainLog(Bytes log, const Knowledge& knowledge) {
  LogText text = CleanLog(log);
  std::vector<Answer> answers = AnswersTo(text, knowledge);
  if (!HasCause(answers)) {  // perhaps a terminal folded its lines in the middle of words
    LogText unfolded = Unfolded(text);
    std::vector<Answer> others = AnswersTo(unfolded, knowledge);
    if (HasCause(others) || others.size() > answers.size()) {
      answers = std::move(others);
      text = std::move(unfolded);
    }
  }
  if (HasCause(answers))
    std::erase_if(answers, [](const Answer& answer) { return answer.weight == Weight::kEcho; });
  if (answers.empty()) return {NothingKnown(text)};
  std::stable_sort(answers.begin(), answers.end(), [](const Answer& a, const Answer& b) {
    const Severity severity_a = a.placed.finding.severity, severity_b = b.placed.finding.severity;
    return severity_a != severity_b ? severity_a > severity_b : a.rank < b.rank;
  });
  const std::vector<Frame> frames = UserFrames(text);
  std::vector<Finding> found;
  for (Answer& answer : answers) {
    Finding& finding = answer.placed.finding;
    if (finding.source.empty()) finding.source = SourceBefore(frames, answer.placed.offset);
    finding.cause += fmt::format(". The log, {}", Quote(text, answer.placed.offset, answer.placed.end));
    found.push_back(std::move(finding));
  }
  return found;
}

}  // namespace litesmith::findings
