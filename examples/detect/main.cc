// Converts a detector and finds its objects on a picture, through Litesmith's C++ interface alone:
//   detect MODEL PICTURE OUT.png [LABELS...]
#include <litesmith/litesmith.h>

#include <cstdio>

namespace {

namespace ls = litesmith::api;

// Everything that was found goes to standard error; true if there is a value.
template <class T>
bool Told(const ls::Outcome<T>& outcome) {
  for (const ls::Finding& finding : outcome.findings()) std::fputs(ls::ToText(finding).c_str(), stderr);
  return outcome.ok();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fputs("usage: detect MODEL PICTURE OUT.png [LABELS...]\n", stderr);
    return 2;
  }
  ls::ConvertOptions options;
  options.labels.assign(argv + 4, argv + argc);
  const auto model = ls::Model::Load(argv[1], options);
  const auto picture = ls::Picture::Load(argv[2]);
  if (!Told(model) || !Told(picture)) return 1;
  auto detector = ls::Detector::Create(*model);
  if (!Told(detector)) return 1;
  const auto found = detector->Detect(*picture);
  if (!Told(found)) return 1;
  for (const ls::Found& one : *found) {
    std::printf("%s %.2f: %.0f %.0f %.0f %.0f\n", one.label.c_str(), one.score, one.top, one.left, one.bottom,
                one.right);
  }
  return Told(ls::Drawn(*picture, *found).Save(argv[3])) ? 0 : 1;
}
