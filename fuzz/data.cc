// Arrays, pictures, and the text form of the IR.
#include "formats/image/picture.h"
#include "formats/npz/npz.h"
#include "fuzz/target.h"
#include "ir/text.h"
#include "ir/verify.h"
#include "tf/ops.h"
#include "tfl/ops.h"

namespace litesmith::fuzz {

void RunNpz(Bytes bytes) {
  Bench bench;
  const auto copy = std::make_shared<std::vector<std::byte>>(bytes.begin(), bytes.end());
  const auto entries = npz::Read({copy, *copy}, "in.npz", bench.context);
  bench.Check(entries.ok());
  if (entries) bench.Check(npz::Write(*entries, bench.context).ok());
}

void RunImage(Bytes bytes) {
  Bench bench;
  const auto picture = ReadPicture(bytes, "photo", bench.context);
  bench.Check(picture.ok());
  if (picture && picture->pixels.size() != static_cast<size_t>(picture->width * picture->height * 3))
    __builtin_trap();
}

// What can be read is printed, and what was printed is read as the same.
void RunIrText(Bytes bytes) {
  Bench bench;
  const auto lookup = [](ir::Dialect dialect, std::string_view name) -> const ir::OpDef* {
    if (dialect == ir::Dialect::kTf) return tf::FindOp(name);
    return tfl::FindOp(name);
  };
  const auto module = ir::Parse(AsText(bytes), {}, lookup, bench.findings);
  bench.Check(module.ok());
  if (!module || ir::Verify(**module)) return;
  const ir::Text text = ir::Print(**module);
  const auto again = ir::Parse(text.text, text.tensors, lookup, bench.findings);
  if (!again || ir::Print(**again).text != text.text) __builtin_trap();
}

}  // namespace litesmith::fuzz
