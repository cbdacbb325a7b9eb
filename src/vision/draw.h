// Boxes with labels on a picture.
#pragma once

#include <string>
#include <vector>

#include "formats/image/picture.h"

namespace litesmith::vision {

struct LabelledBox {
  float ymin, xmin, ymax, xmax;  // in pixels of the picture
  std::string text;              // "hand 91%"
  int64_t class_index = 0;       // decides on the colour
};

// Frames of a width and labels of a size that suit the picture's; labels stand on their class's colour, above
// their box where there is room, and inside of it otherwise. What lies outside of the picture is cut off.
void DrawBoxes(Picture& picture, const std::vector<LabelledBox>& boxes);

}  // namespace litesmith::vision
