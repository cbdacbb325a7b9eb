#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cli/session.h"
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
      const std::string ending = Extension(name);
      if (ending == ".jpg" || ending == ".jpeg" || ending == ".png") images.push_back(JoinPath(path, name));
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
    for (size_t c = 0; c < 3; ++c) (*target)[c] = (*values)[values->size() == 1 ? 0 : c];
  }
  if (arguments.resize == "nearest") detector.preparation().method = vision::Method::kNearest;
  if (arguments.resize == "bilinear") detector.preparation().method = vision::Method::kBilinear;
  if (!arguments.model.options.labels.empty()) detector.set_labels(arguments.model.options.labels);
  return {};
}

Result<std::vector<Json>> DetectAll(Session& session, Arguments& arguments, Context& context) {
  LS_RETURN_IF_FAILED(ReadModelArguments(session, arguments.model, context));
  LS_TRY(const std::vector<std::string> images, ListImages(arguments.images, context));
  const bool folder = images.size() > 1 || context.host.Kind(arguments.output) == PathKind::kFolder;
  if (folder && !arguments.output.empty() && context.host.Kind(arguments.output) == PathKind::kMissing) {
    if (const FileStatus made = context.host.MakeFolder(arguments.output); !made) {
      return context.findings.Report(Finding(Code::kOutputUnwritable)
                                         .Headline("the folder '{}' cannot be made", arguments.output)
                                         .Cause("{}", made.detail)
                                         .Fix("name a folder that can be written to with -o"));
    }
  }
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
  bool failed = false;
  for (size_t i = 0; i < images.size(); ++i) {
    if (progress) std::fprintf(stderr, "\r%zu of %zu", i + 1, images.size());
    auto file = ReadFile(context, images[i], "a picture");
    auto picture = file ? ReadPicture(file->bytes, images[i], context) : Result<Picture>(kFailed);
    if (!picture) {  // the others are still worth looking at
      failed = true;
      continue;
    }
    Found found{images[i], *std::move(picture)};
    const double start = context.host.Seconds();
    LS_TRY(found.detections, detector->Detect(found.picture, static_cast<float>(arguments.score_threshold),
                                              static_cast<size_t>(arguments.max_results)));
    found.milliseconds = (context.host.Seconds() - start) * 1e3;
    entries.push_back(ToJson(found));
    if (!session.options.quiet) session.Print(ToText(found));
    if (arguments.output.empty()) continue;
    const std::string path = folder ? JoinPath(arguments.output, FileName(images[i])) : arguments.output;
    LS_RETURN_IF_FAILED(WriteDrawn(found, path, context));
  }
  if (progress) std::fprintf(stderr, "\r");
  if (failed) return kFailed;
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
