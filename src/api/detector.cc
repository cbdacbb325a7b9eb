#include <litesmith/detector.h>

#include <algorithm>

#include "api/custom_ops.h"
#include "api/model.h"
#include "api/session.h"
#include "formats/image/picture.h"
#include "pipeline/detector.h"

namespace litesmith::api {

struct Picture::Data {
  litesmith::Picture picture;
};

Picture::Picture(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
int64_t Picture::width() const { return data_->picture.width; }
int64_t Picture::height() const { return data_->picture.height; }
std::span<const uint8_t> Picture::pixels() const { return data_->picture.pixels; }

namespace {

Picture Wrapped(litesmith::Picture picture) {
  return Picture(std::make_shared<Picture::Data>(Picture::Data{std::move(picture)}));
}

}  // namespace

Outcome<Picture> Picture::Load(const std::string& path) {
  Session session;
  return session.Run([&]() -> Result<Picture> {
    LS_TRY(const FileBytes file, ReadFile(session.context, path, "a picture"));
    LS_TRY(litesmith::Picture picture, ReadPicture(file.bytes, path, session.context));
    return Wrapped(std::move(picture));
  });
}

Outcome<Picture> Picture::Decode(std::span<const std::byte> file, const std::string& name) {
  Session session;
  return session.Run([&]() -> Result<Picture> {
    LS_TRY(litesmith::Picture picture, ReadPicture(file, name, session.context));
    return Wrapped(std::move(picture));
  });
}

std::optional<Picture> Picture::FromPixels(int64_t width, int64_t height, std::span<const uint8_t> rgb) {
  // Neither side exceeds the number of bytes, so that nothing overflows where the first two tests pass.
  const auto count = static_cast<int64_t>(rgb.size());
  if (width < 1 || height < 1 || width > count || height > count / width || width * height * 3 != count)
    return std::nullopt;
  return Wrapped({width, height, {rgb.begin(), rgb.end()}});
}

Outcome<void> Picture::Save(const std::string& path) const {
  Session session;
  return session.RunVoid([&]() -> Result<void> {
    LS_TRY(const std::vector<std::byte> bytes, EncodePicture(data_->picture, path, session.context));
    return WriteFile(session.context, path, {bytes});
  });
}

struct Detector::Data {
  Session session;  // before the detector, which refers to it
  std::unique_ptr<pipeline::Detector> detector;
};

Detector::Detector(std::unique_ptr<Data> data) : data_(std::move(data)) {}
Detector::Detector(Detector&&) noexcept = default;
Detector& Detector::operator=(Detector&&) noexcept = default;
Detector::~Detector() = default;

Outcome<Detector> Detector::Create(const Model& model, const DetectorOptions& options) {
  auto data = std::make_unique<Data>();
  const auto made = data->session.RunVoid([&]() -> Result<void> {
    Context& context = data->session.context;
    LS_TRY(const runtime::Options own,
           OwnOptions(options.threads, options.custom_ops, model.data().custom_kernels, context));
    LS_TRY(data->detector, pipeline::Detector::Create(model.data().module, own, context));
    vision::Preparation& preparation = data->detector->preparation();
    if (options.mean) preparation.mean = *options.mean;
    if (options.std) preparation.std = *options.std;
    if (!options.labels.empty()) data->detector->set_labels(options.labels);
    return {};
  });
  if (!made) return Outcome<Detector>(made.findings());
  return {Detector(std::move(data)), made.findings()};
}

Outcome<std::vector<Found>> Detector::Detect(const Picture& picture, float score_threshold, size_t most) {
  return data_->session.Run([&]() -> Result<std::vector<Found>> {
    LS_TRY(const std::vector<pipeline::Detected> detected,
           data_->detector->Detect(picture.data().picture, score_threshold, most));
    std::vector<Found> found;
    for (const pipeline::Detected& one : detected)
      found.push_back({one.class_index, one.label, one.score, one.ymin, one.xmin, one.ymax, one.xmax});
    return found;
  });
}

Picture Drawn(const Picture& picture, const std::vector<Found>& found) {
  std::vector<pipeline::Detected> detected;
  for (const Found& one : found)
    detected.push_back({one.class_index, one.label, one.score, one.top, one.left, one.bottom, one.right});
  litesmith::Picture drawn = picture.data().picture;
  pipeline::DrawDetections(drawn, detected);
  return Wrapped(std::move(drawn));
}

}  // namespace litesmith::api
