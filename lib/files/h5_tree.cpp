#include "files/h5_tree.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.hpp"
#include "files/h5_dataset.hpp"

namespace isinglass::h5 {
namespace {

std::string type_name(hid_t type) {
  if (H5Tget_class(type) == H5T_STRING) return "text";
  const std::size_t bits = 8 * H5Tget_size(type);
  if (H5Tget_class(type) == H5T_FLOAT) return bits == 32 ? "float" : "double";
  if (H5Tget_class(type) == H5T_INTEGER)
    return fmt::format("{}int{}", H5Tget_sign(type) == H5T_SGN_NONE ? "u" : "", bits);
  return "other";
}

std::string value_of(const Group& group, const std::string& name) {
  const std::string what = group.where(name);
  const Handle attribute(H5Aopen(group.id(), name.c_str(), H5P_DEFAULT), H5Aclose, what);
  const Handle type(H5Aget_type(attribute.id()), H5Tclose, what);
  std::string kind = type_name(type.id());
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

Object dataset_object(const Group& group, const std::string& name, const std::string& path) {
  const std::string what = group.where(name);
  const Handle dataset(H5Dopen2(group.id(), name.c_str(), H5P_DEFAULT), H5Dclose, what);
  const Handle type(H5Dget_type(dataset.id()), H5Tclose, what);
  return {
      .path = path, .kind = Object::Kind::dataset, .type = type_name(type.id()), .dimensions = extent(dataset, what)};
}

/// Walks a file without following anything that could lead in a circle or out of it.
class Walk {
public:
  std::vector<Object> found;

  void visit_group(const Group& group, const std::string& path, int depth) {
    if (depth > deepest) throw SystemError(fmt::format("{}: groups nested more than {} deep", group.where(), deepest));
    found.push_back({.path = path, .kind = Object::Kind::group, .attributes = attributes_of(group)});
    for (const auto& [name, link] : links_of(group)) {
      const std::string below = fmt::format("{}/{}", path == "/" ? "" : path, name);
      if (link.type != H5L_TYPE_HARD)
        found.push_back({.path = below, .kind = Object::Kind::link, .target = target_of(group, name, link)});
      else if (const auto [first, is_new] = paths_.emplace(link.u.address, below); !is_new)
        found.push_back({.path = below, .kind = Object::Kind::link, .target = first->second});
      else
        visit_object(group, name, below, depth);
    }
  }

  void note_root(const Group& root) {
    H5O_info_t info;
    check(H5Oget_info2(root.id(), &info, H5O_INFO_BASIC), root.where());
    paths_.emplace(info.addr, "/");
  }

private:
  using Link = std::pair<std::string, H5L_info_t>;
  static constexpr int deepest = 32;  // no file of isinglass has more than four levels

  static std::vector<Link> links_of(const Group& group) {
    std::vector<Link> links;
    const auto visit = [](hid_t, const char* name, const H5L_info_t* info, void* target) -> herr_t {
      static_cast<std::vector<Link>*>(target)->emplace_back(name, *info);
      return 0;
    };
    check(H5Literate(group.id(), H5_INDEX_NAME, H5_ITER_INC, nullptr, visit, &links), group.where());
    return links;
  }

  static std::string target_of(const Group& group, const std::string& name, const H5L_info_t& link) {
    if (link.type != H5L_TYPE_SOFT && link.type != H5L_TYPE_EXTERNAL) return "(unknown kind of link)";
    std::vector<char> value(link.u.val_size + 1, '\0');
    check(H5Lget_val(group.id(), name.c_str(), value.data(), link.u.val_size, H5P_DEFAULT), group.where(name));
    if (link.type == H5L_TYPE_SOFT) return value.data();
    const char *file = nullptr, *object = nullptr;
    check(H5Lunpack_elink_val(value.data(), link.u.val_size, nullptr, &file, &object), group.where(name));
    return fmt::format("{}:{}", file, object);
  }

  void visit_object(const Group& group, const std::string& name, const std::string& path, int depth) {
    const Handle object(H5Oopen(group.id(), name.c_str(), H5P_DEFAULT), H5Oclose, group.where(name));
    const H5I_type_t kind = H5Iget_type(object.id());
    if (kind == H5I_GROUP)
      visit_group(group.open_group(name), path, depth + 1);
    else if (kind == H5I_DATASET)
      found.push_back(dataset_object(group, name, path));
    else
      found.push_back({.path = path, .kind = Object::Kind::named_type});
  }

  std::map<haddr_t, std::string> paths_;  ///< where each object was met first
};

}  // namespace

std::vector<Object> list_objects(const Group& root) {
  Walk walk;
  walk.note_root(root);
  walk.visit_group(root, "/", 0);
  return std::move(walk.found);
}

}  // namespace isinglass::h5
