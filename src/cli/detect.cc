#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

#include "cli/outputs.h"
#include "cli/session.h"
#include "findings/json.h"
#include "formats/image/picture.h"
#include "pipeline/detector.h"

namespace litesmith::cli {
namespace {

struct Arguments {
  ModelArguments model;
  std::vector<std::string> images;
  std::string output, resize;
  std::vector<float> mean, std;
  double score_threshold = 0.5;
  int max_results = 100;
};

struct Found {
  std::string image;
  Picture picture;
  double milliseconds = 0;
  std::vector<pipeline::Detected> detections;
};

bool NamesAPicture(const std::string& path) {
  const std::string ending = Extension(path);
  return ending == ".jpg" || ending == ".jpeg" || ending == ".png";
}

// Folders stand for the pictures in them.
Result<std::vector<std::string>> ListImages(const std::vector<std::string>& given, Context& context) {
  std::vector<std::string> images;
  for (const std::string& path : given) {
    if (context.host.Kind(path) != PathKind::kFolder) {
      images.push_back(path);
      continue;
    }
    const auto names = context.host.List(path);
    const size_t before = images.size();
    for (const std::string& name : names.value) {
      if (NamesAPicture(name)) images.push_back(JoinPath(path, name));
    }
    if (images.size() == before) {
      return context.findings.Report(Finding(Code::kNotAPicture)
                                         .Headline("there are no pictures in '{}'", path)
                                         .Cause("no name in the folder ends in .jpg, .jpeg or .png")
                                         .Fix("name a folder of JPEG or PNG pictures"));
    }
  }
  return images;
}

Json ToJson(const Found& found) {
  Json entry = {{"image", found.image},
                {"width", found.picture.width},
                {"height", found.picture.height},
                {"milliseconds", found.milliseconds},
                {"detections", Json::array()}};
  for (const pipeline::Detected& one : found.detections) {
    Json item = {{"class", one.class_index}};
    if (!one.label.empty()) item["label"] = one.label;
    item["score"] = one.score;
    item["box"] = {one.ymin, one.xmin, one.ymax, one.xmax};
    entry["detections"].push_back(std::move(item));
  }
  return entry;
}

std::string ToText(const Found& found) {
  std::string text =
      fmt::format("{}: {} found in {:.1f} ms\n", found.image, found.detections.size(), found.milliseconds);
  for (const pipeline::Detected& one : found.detections) {
    text += fmt::format("  {:<16} {:5.1f}%  top {:.0f}, left {:.0f}, bottom {:.0f}, right {:.0f}\n",
                        one.label.empty() ? fmt::format("class {}", one.class_index) : one.label,
                        one.score * 100, one.ymin, one.xmin, one.ymax, one.xmax);
  }
  return text;
}

Result<void> WriteDrawn(Found& found, const std::string& path, Context& context) {
  pipeline::DrawDetections(found.picture, found.detections);
  LS_TRY(const std::vector<std::byte> bytes, EncodePicture(found.picture, path, context));
  return WriteFile(context, path, {bytes});
}

Result<void> Overrule(const Arguments& arguments, pipeline::Detector& detector, Context& context) {
  for (const auto& [values, target, name] :
       {std::tuple(&arguments.mean, &detector.preparation().mean, "--mean"),
        std::tuple(&arguments.std, &detector.preparation().std, "--std")}) {
    if (values->empty()) continue;
    if (values->size() != 1 && values->size() != 3) {
      return context.findings.Report(
          Finding(Code::kWrongUse)
              .Headline("{} takes one number or three", name)
              .Cause("{} were given", values->size())
              .Fix("give one for all channels, or red, green and blue", fmt::format("{} 127.5", name)));
    }
    for (const float value : *values) {
      if (std::isfinite(value) && (value != 0 || target != &detector.preparation().std)) continue;
      return context.findings.Report(Finding(Code::kWrongUse)
                                         .Headline("{} does not take {}", name, value)
                                         .Cause("pixels become (value - mean) / std: numbers, and std not 0")
                                         .Fix("for pixels from -1 to 1", "--mean 127.5 --std 127.5"));
    }
    for (size_t c = 0; c < 3; ++c) (*target)[c] = (*values)[values->size() == 1 ? 0 : c];
  }
  if (arguments.resize == "nearest") detector.preparation().method = vision::Method::kNearest;
  if (arguments.resize == "bilinear") detector.preparation().method = vision::Method::kBilinear;
  if (!arguments.model.options.labels.empty()) detector.set_labels(arguments.model.options.labels);
  return {};
}

// Where the picture of each image goes: the output itself for one image, else files in it, named as the
// images are, with a number where two have one name. Reports kWrongUse and what CheckOutputs does.
Result<std::vector<std::string>> PlanDrawings(const Arguments& arguments,
                                              const std::vector<std::string>& images, Context& context) {
  std::vector<std::string> drawings;
  if (arguments.output.empty()) return drawings;
  const PathKind kind = context.host.Kind(arguments.output);
  const bool folder = images.size() > 1 || kind == PathKind::kFolder;
  if (!folder && !NamesAPicture(arguments.output)) {
    return context.findings.Report(
        Finding(Code::kWrongUse)
            .Headline("-o {} names no kind of picture", arguments.output)
            .Cause("pictures are written as JPEG or PNG, by the ending of the name")
            .Fix("let it end in .jpg or .png", "-o boxes.png"));
  }
  if (folder && kind != PathKind::kFolder &&
      (kind != PathKind::kMissing || NamesAPicture(arguments.output))) {
    return context.findings.Report(Finding(Code::kWrongUse)
                                       .Headline("-o {} is no folder", arguments.output)
                                       .Cause("there are {} pictures to write", images.size())
                                       .Fix("name a folder for them", "-o boxes"));
  }
  std::set<std::string> taken;
  for (const std::string& image : images) {
    std::string name(FileName(image));
    const std::string ending = name.substr(name.size() - Extension(name).size());
    const std::string stem = name.substr(0, name.size() - ending.size());
    for (int number = 2; !taken.insert(name).second; ++number)
      name = fmt::format("{}-{}{}", stem, number, ending);
    drawings.push_back(folder ? JoinPath(arguments.output, name) : arguments.output);
  }
  std::vector<std::string> read = PathsRead(arguments.model);
  read.insert(read.end(), images.begin(), images.end());
  std::vector<OutputPath> outputs;
  // A folder that is still to be made holds nothing that could be written over.
  if (kind != PathKind::kMissing || !folder) {
    for (const std::string& path : drawings) outputs.push_back({"-o", path});
  }
  LS_RETURN_IF_FAILED(CheckOutputs(read, outputs, context));
  return drawings;
}

// Made when the first picture is written, so that none is left where there was nothing to write.
Result<void> MakeFolderOf(const std::string& folder, Context& context) {
  const FileStatus made = context.host.MakeFolder(folder);
  if (made) return {};
  return context.findings.Report(Finding(Code::kOutputUnwritable)
                                     .Headline("the folder '{}' cannot be made", folder)
                                     .Cause("{}", made.detail)
                                     .Fix("name a folder that can be written to with -o"));
}

Result<Found> DetectOn(const std::string& image, const Arguments& arguments, pipeline::Detector& detector,
                       Context& context) {
  LS_TRY(const FileBytes file, ReadFile(context, image, "a picture"));
  LS_TRY(Picture picture, ReadPicture(file.bytes, image, context));
  Found found{image, std::move(picture)};
  const double start = context.host.Seconds();
  LS_TRY(found.detections, detector.Detect(found.picture, static_cast<float>(arguments.score_threshold),
                                           static_cast<size_t>(arguments.max_results)));
  found.milliseconds = (context.host.Seconds() - start) * 1e3;
  return found;
}

// A picture that gave nothing, so that each picture has its entry: with the findings from number `first`.
Json FailedEntry(const std::string& image, const FindingList& findings, size_t first) {
  const std::vector<Finding>& all = findings.findings();
  const std::vector<Finding> own(all.begin() + static_cast<ptrdiff_t>(std::min(first, all.size())),
                                 all.end());
  return {{"image", image}, {"detections", Json::array()}, {"findings", findings::ToJson(own)}};
}

// An entry for each picture, also where some fail; fails if all do.
Result<std::vector<Json>> DetectAll(Session& session, Arguments& arguments, Context& context) {
  LS_RETURN_IF_FAILED(session.CheckStandardOutput());
  LS_RETURN_IF_FAILED(ReadModelArguments(session, arguments.model, context));
  LS_TRY(const std::vector<std::string> images, ListImages(arguments.images, context));
  LS_TRY(const std::vector<std::string> drawings, PlanDrawings(arguments, images, context));
  LS_TRY(pipeline::Converted model,
         pipeline::LoadModel(arguments.model.path, arguments.model.options, context));
  runtime::Options options;
  options.threads = session.threads();
  options.custom_kernels = arguments.model.custom_kernels;
  LS_TRY(const auto detector, pipeline::Detector::Create(model.module, options, context));
  LS_RETURN_IF_FAILED(Overrule(arguments, *detector, context));
  const bool progress =
      images.size() > 1 && !session.options.json && !session.options.quiet && isatty(STDERR_FILENO) != 0;
  std::vector<Json> entries;
  bool any = images.empty();
  for (size_t i = 0; i < images.size(); ++i) {
    if (progress) std::fprintf(stderr, "\r%zu of %zu", i + 1, images.size());
    const size_t before = session.findings.findings().size();
    auto found = DetectOn(images[i], arguments, *detector, context);
    if (!found) {  // the others are still worth looking at
      entries.push_back(FailedEntry(images[i], session.findings, before));
      continue;
    }
    any = true;
    entries.push_back(ToJson(*found));
    if (!session.options.quiet) session.Print(ToText(*found));
    if (drawings.empty()) continue;
    if (drawings[i] != arguments.output) LS_RETURN_IF_FAILED(MakeFolderOf(arguments.output, context));
    LS_RETURN_IF_FAILED(WriteDrawn(*found, drawings[i], context));
  }
  if (progress) std::fprintf(stderr, "\r");
  if (!any) return kFailed;
  return entries;
}

int Detect(Session& session, Arguments& arguments) {
  Context context = session.context();
  const auto entries = DetectAll(session, arguments, context);
  if (!entries) return session.Finish(false);
  if (!session.options.json) return session.Finish(true);
  return session.FinishWithList(*entries);
}

}  // namespace

Command AddDetect(CLI::App& app) {
  CLI::App* command = app.add_subcommand("detect", "Finds objects on pictures and draws their boxes");
  auto arguments = std::make_shared<Arguments>();
  AddModelOptions(*command, arguments->model);
  command->add_option("IMAGE", arguments->images, "JPEG or PNG pictures, or folders of them")->required();
  command
      ->add_option("-o,--output", arguments->output,
                   "Picture with boxes (.jpg or .png); for several pictures a folder")
      ->type_name("OUT");
  command->add_option("--score-threshold", arguments->score_threshold, "Lowest score that is shown")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->add_option("--max-results", arguments->max_results, "Most detections a picture")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command->add_option("--mean", arguments->mean, "Pixel value that becomes 0, one number or three")
      ->delimiter(',');
  command->add_option("--std", arguments->std, "Pixel difference that becomes 1, one number or three")
      ->delimiter(',');
  command->add_option("--resize", arguments->resize, "How pictures are scaled")
      ->check(CLI::IsMember({"bilinear", "nearest"}));
  command->footer("Example:\n  litesmith detect model.tflite photo.jpg -o boxes.png");
  return {command, [arguments](Session& session) { return Detect(session, *arguments); }};
}

}  // namespace litesmith::cli
