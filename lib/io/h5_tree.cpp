#include "io/h5_tree.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.hpp"

namespace isinglass::h5 {
namespace {

std::string type_name(hid_t type) {
  if (H5Tget_class(type) == H5T_STRING) return "text";
  const std::size_t bits = 8 * H5Tget_size(type);
  if (H5Tget_class(type) == H5T_FLOAT) return bits == 32 ? "float" : "double";
  if (H5Tget_class(type) == H5T_INTEGER) return fmt::format("{}int{}", H5Tget_sign(type) == H5T_SGN_NONE ? "u" : "", bits);
  return "other";
}

Dimensions dimensions_of_space(const Handle& space) {
  Dimensions dimensions(static_cast<std::size_t>(std::max(0, H5Sget_simple_extent_ndims(space.id()))));
  H5Sget_simple_extent_dims(space.id(), dimensions.data(), nullptr);
  return dimensions;
}

std::string value_of(const Group& group, const std::string& name) {
  const std::string what = group.where(name);
  const Handle attribute(H5Aopen(group.id(), name.c_str(), H5P_DEFAULT), H5Aclose, what);
  const Handle type(H5Aget_type(attribute.id()), H5Tclose, what);
  const std::string kind = type_name(type.id());
  if (kind == "text") return read_text_attribute(group, name);
  if (kind == "int64") return fmt::format("{}", fmt::join(read_attribute_values<std::int64_t>(group, name), " "));
  if (kind == "double") return fmt::format("{}", fmt::join(read_attribute_values<double>(group, name), " "));
  return kind;
}

std::vector<std::pair<std::string, std::string>> attributes_of(const Group& group) {
  std::vector<std::string> names;
  const auto visit = [](hid_t, const char* name, const H5A_info_t*, void* target) -> herr_t {
    static_cast<std::vector<std::string>*>(target)->emplace_back(name);
    return 0;
  };
  check(H5Aiterate2(group.id(), H5_INDEX_NAME, H5_ITER_INC, nullptr, visit, &names), group.where());
  std::vector<std::pair<std::string, std::string>> attributes;
  for (const std::string& name : names) attributes.emplace_back(name, value_of(group, name));
  return attributes;
}

std::vector<std::string> members_of(const Group& group) {
  std::vector<std::string> names;
  const auto visit = [](hid_t, const char* name, const H5L_info_t*, void* target) -> herr_t {
    static_cast<std::vector<std::string>*>(target)->emplace_back(name);
    return 0;
  };
  check(H5Literate(group.id(), H5_INDEX_NAME, H5_ITER_INC, nullptr, visit, &names), group.where());
  return names;
}

Object dataset_object(const Group& group, const std::string& name, const std::string& path) {
  const std::string what = group.where(name);
  const Handle dataset(H5Dopen2(group.id(), name.c_str(), H5P_DEFAULT), H5Dclose, what);
  const Handle type(H5Dget_type(dataset.id()), H5Tclose, what);
  const Handle space(H5Dget_space(dataset.id()), H5Sclose, what);
  return {path, false, type_name(type.id()), dimensions_of_space(space), {}};
}

bool is_group(const Group& group, const std::string& name) {
  const Handle object(H5Oopen(group.id(), name.c_str(), H5P_DEFAULT), H5Oclose, group.where(name));
  return H5Iget_type(object.id()) == H5I_GROUP;
}

void visit_group(const Group& group, const std::string& path, std::vector<Object>& found) {
  found.push_back({path, true, "", {}, attributes_of(group)});
  for (const std::string& name : members_of(group)) {
    const std::string below = fmt::format("{}/{}", path == "/" ? "" : path, name);
    if (is_group(group, name))
      visit_group(group.open_group(name), below, found);
    else
      found.push_back(dataset_object(group, name, below));
  }
}

}  // namespace

std::vector<Object> list_objects(const Group& root) {
  std::vector<Object> found;
  visit_group(root, "/", found);
  return found;
}

}  // namespace isinglass::h5
