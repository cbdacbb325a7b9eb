#include <fmt/format.h>

#include <algorithm>

#include "cli/session.h"
#include "kernels/reference/registry.h"
#include "lowering/lowering.h"
#include "tf/ops.h"
#include "tfl/dtypes.h"
#include "tfl/ops.h"

namespace litesmith::cli {
namespace {

// What the official kernel takes without quantization; empty where the table does not say.
Json DTypesJson(const tfl::Op& op) {
  Json names = Json::array();
  const tfl::Dtypes* dtypes = tfl::DtypesOf(op);
  if (dtypes == nullptr) return names;
#define LS_DTYPE(enumerator, name, brief, bits, type) \
  if (tfl::Holds(dtypes->values, DType::enumerator)) names.push_back(name);
  LS_DTYPES(LS_DTYPE)
#undef LS_DTYPE
  return names;
}

int ListOps(Session& session) {
  Json document, tensorflow = Json::array(), tflite = Json::array();
  std::string text = "TensorFlow ops that convert\n";
  for (const tf::Op* op : tf::AllOps()) {
    if (!lowering::HasLowering(*op)) continue;
    tensorflow.push_back(
        {{"name", op->name}, {"dtypes", Json::array()}, {"versions", Json::array()}, {"notes", ""}});
    text += fmt::format("  {}\n", op->name);
  }
  text += "TensorFlow Lite ops that run\n";
  for (const tfl::Op* op : tfl::AllOps()) {
    if (FindReferenceKernel(op->name) == nullptr) continue;
    Json versions = Json::array();
    for (int version = 1; version <= tfl::HighestVersion(*op); ++version) versions.push_back(version);
    tflite.push_back(
        {{"name", op->name}, {"dtypes", DTypesJson(*op)}, {"versions", versions}, {"notes", ""}});
    text += fmt::format("  {} up to version {}\n", op->name, tfl::HighestVersion(*op));
  }
  document["tensorflow"] = std::move(tensorflow);
  document["tflite"] = std::move(tflite);
  session.Print(text);
  return session.Finish(true, document);
}

}  // namespace

Command AddOps(CLI::App& app) {
  CLI::App* command = app.add_subcommand("ops", "Lists the ops that convert and run");
  command->footer("Example:\n  litesmith ops --json");
  return {command, ListOps};
}

}  // namespace litesmith::cli
