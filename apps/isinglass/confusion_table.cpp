#include "confusion_table.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace isinglass {

std::string confusion_table(const std::vector<std::string>& class_names, std::span<const std::int64_t> confusion) {
  const std::size_t classes = class_names.size();
  std::size_t width = 10;
  for (const std::string& name : class_names) width = std::max(width, name.size());

  // Ten names side by side do not fit a terminal: the columns are numbered like the rows.
  std::string text = fmt::format("{:<{}}", "true \\ predicted", width + 6);
  for (std::size_t k = 0; k < classes; ++k) text += fmt::format(" {:>6}", k);
  text += "   accuracy\n";
  for (std::size_t k = 0; k < classes; ++k) {
    const auto row = confusion.subspan(k * classes, classes);
    const std::int64_t total = std::accumulate(row.begin(), row.end(), std::int64_t{0});
    text += fmt::format("{:>3}  {:<{}} ", k, class_names[k], width);
    for (const std::int64_t count : row) text += fmt::format(" {:>6}", count);
    text += total > 0 ? fmt::format(" {:>8.2f} %\n", 100.0 * static_cast<double>(row[k]) / static_cast<double>(total))
                      : "          -\n";
  }
  return text;
}

}  // namespace isinglass
