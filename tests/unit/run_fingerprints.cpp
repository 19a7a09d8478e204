// Fingerprints change with what they stand for and with nothing else; hours of --max-hours.
#include "base/error.hpp"
#include "base/fingerprint.hpp"
#include "checkpoint_sample.hpp"
#include "namespaces.hpp"
#include "run/fingerprints.hpp"
#include "run/run_control.hpp"
#include "temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <functional>
#include <set>
#include <vector>

BOOST_AUTO_TEST_SUITE(run_fingerprints)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

const Architecture network = testing::checkpoint_architecture(5);

Samples some_samples(std::size_t first, std::size_t count) {
  Samples samples;
  samples.features = 3;
  samples.first = first;
  samples.global_size = 20;
  for (std::size_t s = first; s < first + count; ++s) {
    samples.labels.push_back(static_cast<std::uint8_t>(s % 3));
    for (std::size_t i = 0; i < 3; ++i) samples.inputs.push_back(static_cast<std::int8_t>(5 * s + i));
  }
  return samples;
}

/// Whether each change gives another fingerprint than the original.
template <class T>
void expect_each_changes(const T& original, const std::vector<std::function<void(T&)>>& changes) {
  for (std::size_t i = 0; i < changes.size(); ++i) {
    T other = original;
    changes[i](other);
    BOOST_TEST(fingerprint_of(other) != fingerprint_of(original), "change " << i);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(of_bytes_each_byte_and_their_number_count) {
  const auto of = [](const std::vector<std::uint8_t>& bytes) {
    return Fingerprint().add(std::span<const std::uint8_t>(bytes)).value();
  };
  std::set<std::uint64_t> found;
  std::size_t contents = 0;
  for (const std::size_t size : {0U, 1U, 7U, 8U, 9U, 127U, 128U, 129U, 160U, 300U}) {
    std::vector<std::uint8_t> bytes(size, 0);
    found.insert(of(bytes));
    ++contents;
    for (std::uint8_t& byte : bytes) {
      byte = 1;
      found.insert(of(bytes));
      ++contents;
      byte = 0;
    }
  }
  BOOST_TEST(found.size() == contents);
}

BOOST_AUTO_TEST_CASE(of_a_state_what_all_ranks_share_counts) {
  const TrainingState state = testing::sample_checkpoint({network, 0, 19, 19});
  using State = TrainingState;
  expect_each_changes<State>(
      state, {[](State& s) { s.config_yaml += " "; }, [](State& s) { s.phase = "polish"; },
              [](State& s) { ++s.iteration; }, [](State& s) { s.incumbent_objective += 0.5; },
              [](State& s) { s.incumbent[1].weights[2] ^= 1; }, [](State& s) { s.current[1][0].biases[0] ^= 1; },
              [](State& s) { s.atoms[3].weight += 1e-12; }, [](State& s) { s.atoms.pop_back(); },
              [](State& s) { s.history.emplace_back(); }, [](State& s) { s.latents.push_back(1); }});
  TrainingState other = state;
  other.duals.clear();  // each rank has its own
  BOOST_TEST(fingerprint_of(other) == fingerprint_of(state));
}

BOOST_AUTO_TEST_CASE(of_a_model_what_classifies_counts) {
  Model model;
  model.config_yaml = "seed: 1\n";
  model.architecture = network;
  model.bits = random_bits(network, 3);
  model.class_names = {"a", "b"};
  model.center = {1, 2, 3};
  expect_each_changes<Model>(
      model, {[](Model& m) { m.config_yaml = "seed: 2\n"; }, [](Model& m) { m.architecture.layers[0].values[0] = 1; },
              [](Model& m) { m.architecture.layers[1].thresholds[0] += 1; },
              [](Model& m) { m.bits[2].weights[0] ^= 1; }, [](Model& m) { m.center[1] = 0; },
              [](Model& m) {
                m.class_names = {"ab", ""};
              }});
  Model other = model;
  other.rows = 3;  // of pictures: nothing that is computed
  BOOST_TEST(fingerprint_of(other) == fingerprint_of(model));
}

BOOST_AUTO_TEST_CASE(of_samples_neither_ranks_nor_their_shards_count) {
  const Communicator alone;
  const std::int64_t whole = fingerprint_of(some_samples(0, 20), alone);
  BOOST_TEST(fingerprint_of(some_samples(0, 7), alone) + fingerprint_of(some_samples(7, 13), alone) == whole);
  Samples other = some_samples(0, 20);
  other.labels[4] ^= 1;
  BOOST_TEST(fingerprint_of(other, alone) != whole);
  other = some_samples(0, 20);
  std::swap(other.inputs[0], other.inputs[1]);
  BOOST_TEST(fingerprint_of(other, alone) != whole);
}

BOOST_AUTO_TEST_CASE(hours_are_a_number_or_what_the_job_has_left) {
  const auto hours = [](const std::string& text, std::optional<double> left = std::nullopt) {
    return parse_max_hours(text, [&] { return left; });
  };
  BOOST_TEST(hours("") == 0);
  BOOST_TEST(hours("1.5") == 1.5);
  BOOST_TEST(hours("job", 3720) == 1);           // two minutes are kept
  BOOST_TEST(hours("job", 300) == 240. / 3600);  // a fifth of a short job
  BOOST_TEST(hours("job", 0) == 1e-6);           // over, which is not the same as no limit
  for (const char* bad : {"0", "-1", "nan", "inf", "1e9", "1 h", "jobs"}) {
    const std::string message = testing::message_of<InputError>([&] { static_cast<void>(hours(bad)); });
    BOOST_TEST(testing::mentions(message, {"--max-hours", "job"}), bad << ": " << message);
  }
  BOOST_TEST(testing::mentions(testing::message_of<InputError>([&] { static_cast<void>(hours("job")); }),
                               {"--max-hours job", "no Slurm job"}));
}

BOOST_AUTO_TEST_SUITE_END()
