// Finds objects on pictures.
#pragma once

#include <array>
#include <limits>
#include <optional>

#include <litesmith/custom_ops.h>
#include <litesmith/model.h>

namespace litesmith::api {

// Rows of red, green, blue bytes. Copies share the pixels.
class Picture {
 public:
  // Reads a JPEG or PNG as it is shown: turned as its EXIF data say, grey as RGB, without transparency.
  static Outcome<Picture> Load(const std::string& path);
  // The same from memory; `name` is for findings.
  static Outcome<Picture> Decode(std::span<const std::byte> file, const std::string& name = "picture");
  // A copy of height * width * 3 bytes; empty if `rgb` holds another number of them.
  static std::optional<Picture> FromPixels(int64_t width, int64_t height, std::span<const uint8_t> rgb);

  int64_t width() const;
  int64_t height() const;
  std::span<const uint8_t> pixels() const;
  // As JPEG or PNG, by the ending of `path`.
  Outcome<void> Save(const std::string& path) const;

  struct Data;  // Litesmith's own
  explicit Picture(std::shared_ptr<const Data> data);
  const Data& data() const { return *data_; }

 private:
  std::shared_ptr<const Data> data_;
};

struct Found {
  int64_t class_index = 0;  // from 0
  std::string label;        // empty: not known
  float score = 0;
  float top = 0, left = 0, bottom = 0, right = 0;  // pixels of the picture, inside of it
};

struct DetectorOptions {
  int threads = 1;
  CustomOps custom_ops;  // kernels that neither the program nor the model has
  // What overrules the model's metadata.
  std::optional<std::array<float, 3>> mean, std;  // by red, green, blue: (pixel - mean) / std
  std::vector<std::string> labels;                // class 0 first
};

// For one thread at a time.
class Detector {
 public:
  // `model` has one picture as input, and boxes, classes and scores among its outputs (docs/api.md tells how
  // they are recognised); others give the finding LS1111.
  static Outcome<Detector> Create(const Model& model, const DetectorOptions& options = {});
  Detector(Detector&&) noexcept;
  Detector& operator=(Detector&&) noexcept;
  ~Detector();

  // Best first: those of at least `score_threshold`, at most `most`.
  Outcome<std::vector<Found>> Detect(const Picture& picture, float score_threshold = 0.5f,
                                     size_t most = std::numeric_limits<size_t>::max());

 private:
  struct Data;
  explicit Detector(std::unique_ptr<Data> data);
  std::unique_ptr<Data> data_;
};

// The picture with frames and labels on it.
Picture Drawn(const Picture& picture, const std::vector<Found>& found);

}  // namespace litesmith::api
