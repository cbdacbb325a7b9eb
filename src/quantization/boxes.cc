#include "quantization/boxes.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace litesmith::quantization {
namespace {

constexpr float kTrueScore = 0.3f;

double Overlap(const Box& a, const Box& b) {
  const double height = std::max(0.0f, std::min(a.ymax, b.ymax) - std::max(a.ymin, b.ymin));
  const double width = std::max(0.0f, std::min(a.xmax, b.xmax) - std::max(a.xmin, b.xmin));
  const auto area = [](const Box& box) {
    return static_cast<double>(box.ymax - box.ymin) * static_cast<double>(box.xmax - box.xmin);
  };
  const double both = height * width;
  return both / std::max(area(a) + area(b) - both, 1e-12);
}

struct Candidate {
  size_t sample;
  const Box* box;
};

// Area under the envelope of precision over recall, all points: each box found takes the true box that it
// overlaps most, once.
double AveragePrecision(const std::vector<std::vector<const Box*>>& truth, std::vector<Candidate> found,
                        double overlap) {
  std::stable_sort(found.begin(), found.end(),
                   [](const Candidate& a, const Candidate& b) { return a.box->score > b.box->score; });
  size_t total = 0;
  std::vector<std::vector<bool>> taken;
  for (const auto& boxes : truth) {
    total += boxes.size();
    taken.emplace_back(boxes.size(), false);
  }
  std::vector<double> recalls, precisions;
  size_t hits = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    const auto& boxes = truth[found[i].sample];
    double best = -1;
    size_t which = 0;
    for (size_t t = 0; t < boxes.size(); ++t) {
      if (taken[found[i].sample][t]) continue;
      const double overlapping = Overlap(*found[i].box, *boxes[t]);
      if (overlapping <= best) continue;
      best = overlapping;
      which = t;
    }
    if (best >= overlap) {
      taken[found[i].sample][which] = true;
      ++hits;
    }
    recalls.push_back(static_cast<double>(hits) / static_cast<double>(total));
    precisions.push_back(static_cast<double>(hits) / static_cast<double>(i + 1));
  }
  double area = 0;
  for (size_t i = precisions.size(); i-- > 0;) {
    if (i + 1 < precisions.size()) precisions[i] = std::max(precisions[i], precisions[i + 1]);
  }
  for (size_t i = 0; i < recalls.size(); ++i)
    area += (recalls[i] - (i > 0 ? recalls[i - 1] : 0.0)) * precisions[i];
  return area;
}

void CountFates(const std::vector<Box>& truth, const std::vector<Box>& found, BoxAgreement& counts) {
  const auto nearest = [](const Box& box, const std::vector<Box>& others) {
    double best = 0;
    for (const Box& other : others) {
      if (other.label == box.label && other.score >= kTrueScore) best = std::max(best, Overlap(box, other));
    }
    return best;
  };
  for (const Box& box : truth) {
    if (box.score < kTrueScore) continue;
    const double best = nearest(box, found);
    counts.lost += best < 0.5 ? 1 : 0;
    counts.moved += best >= 0.5 && best < 0.9 ? 1 : 0;
  }
  for (const Box& box : found) {
    if (box.score >= kTrueScore && nearest(box, truth) < 0.5) ++counts.extra;
  }
}

}  // namespace

std::vector<Box> BoxesOf(const std::vector<TensorView>& results) {
  std::vector<Box> boxes;
  if (results.size() < 4 || results[3].elements() < 1) return boxes;
  for (const TensorView& view : results) {
    if (view.dtype != DType::kFloat32) return boxes;
  }
  const auto places = results[0].as<float>(), labels = results[1].as<float>(),
             scores = results[2].as<float>();
  const size_t most = std::min({places.size() / 4, labels.size(), scores.size()});
  const float counted = results[3].as<float>()[0];
  const size_t count = counted > 0 ? std::min(most, static_cast<size_t>(std::lround(counted))) : 0;
  for (size_t i = 0; i < count; ++i) {
    const auto clip = [&](size_t k) { return std::clamp(places[4 * i + k], 0.0f, 1.0f); };
    boxes.push_back({clip(0), clip(1), clip(2), clip(3), scores[i], static_cast<int>(labels[i])});
  }
  return boxes;
}

BoxAgreement Compare(const std::vector<std::vector<Box>>& truth, const std::vector<std::vector<Box>>& found) {
  BoxAgreement agreement;
  std::map<int, std::vector<std::vector<const Box*>>> true_boxes;
  for (size_t s = 0; s < truth.size(); ++s) {
    CountFates(truth[s], found[s], agreement);
    for (const Box& box : truth[s]) {
      if (box.score < kTrueScore) continue;
      auto& samples = true_boxes[box.label];
      samples.resize(truth.size());
      samples[s].push_back(&box);
      ++agreement.boxes;
    }
  }
  if (agreement.boxes == 0) return agreement;
  agreement.at50 = agreement.at75 = agreement.at90 = 0;
  for (const auto& [label, samples] : true_boxes) {
    size_t count = 0;
    std::vector<Candidate> candidates;
    for (size_t s = 0; s < samples.size(); ++s) {
      count += samples[s].size();
      for (const Box& box : found[s]) {
        if (box.label == label) candidates.push_back({s, &box});
      }
    }
    const double weight = static_cast<double>(count) / static_cast<double>(agreement.boxes);
    agreement.at50 += weight * AveragePrecision(samples, candidates, 0.5);
    agreement.at75 += weight * AveragePrecision(samples, candidates, 0.75);
    agreement.at90 += weight * AveragePrecision(samples, candidates, 0.9);
  }
  return agreement;
}

}  // namespace litesmith::quantization
