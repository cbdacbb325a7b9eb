// Fuzz targets: functions that take any bytes and must neither crash, hang, nor take memory without bound.
// libFuzzer calls them with bytes that it makes up; fuzz_replay_test with seeds, their neighbours, and what
// once went wrong.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/finding.h"
#include "base/host.h"
#include "import/tf/memory_host.h"

namespace litesmith::fuzz {

struct Target {
  std::string_view name;  // of the corpus folder, too
  void (*run)(Bytes bytes);
};

const std::vector<Target>& AllTargets();

// Valid inputs of a target, made by our own writers.
std::vector<std::string> SeedsOf(std::string_view target);

// A world without files but those of `host`, with limits that keep one run short.
struct Bench {
  testing::MemoryHost host;
  FindingList findings;
  Context context{host, findings};
  Bench();
  // A Result that is empty must have said why.
  void Check(bool ok) const;
};

void RunTflite(Bytes bytes);
void RunGraphDef(Bytes bytes);
void RunGraphDefText(Bytes bytes);
inline constexpr size_t kTfjsWeightBytes = 64;  // in the one weight file there is, w.bin
void RunTfjs(Bytes bytes);
void RunSavedModel(Bytes bytes);
void RunConvert(Bytes bytes);
void RunCheckpoint(Bytes bytes);
void RunNpz(Bytes bytes);
void RunImage(Bytes bytes);
void RunIrText(Bytes bytes);

}  // namespace litesmith::fuzz
