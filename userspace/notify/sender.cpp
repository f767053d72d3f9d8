// SPDX-License-Identifier: Apache-2.0
#include "notify/sender.h"

#include <algorithm>
#include <cerrno>
#include <random>
#include <system_error>
#include <utility>

namespace tmpfstrace {
namespace {

using std::chrono::milliseconds;

// Three quarters to five quarters: the hosts that one receiver has lost do not come back to it all at once.
milliseconds scatter(milliseconds wait) {
  thread_local std::minstd_rand random{std::random_device{}()};
  return milliseconds(
      std::uniform_int_distribution<milliseconds::rep>(wait.count() * 3 / 4, wait.count() * 5 / 4)(random));
}

}  // namespace

Result<std::unique_ptr<Sender>> Sender::start(const Delivery& delivery) {
  Result<std::unique_ptr<HttpPost>> post = HttpPost::create(delivery);
  if (!post) return tl::unexpected(post.error());
  std::unique_ptr<Sender> sender(new Sender(delivery, std::move(*post)));
  try {
    sender->thread_ = std::thread(&Sender::run, sender.get());
  } catch (const std::system_error& error) {
    return fail_errno("start", "a thread that sends alerts", error.code().value());
  }
  return sender;
}

Sender::Sender(const Delivery& delivery, std::unique_ptr<HttpPost> post)
    : delivery_(delivery), post_(std::move(post)) {}

Sender::~Sender() {
  stop_by(Clock::now());
  join();
}

void Sender::send(std::string body) {
  const std::lock_guard lock(mutex_);
  if (queue_.size() >= delivery_.queue) {
    queue_.pop_front();
    ++counts_.dropped;
  }
  queue_.push_back({std::move(body), Clock::now()});
  changed_.notify_one();
}

Sender::Counts Sender::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

std::optional<std::string> Sender::take_complaint() {
  const std::lock_guard lock(mutex_);
  return std::exchange(complaint_, std::nullopt);
}

void Sender::stop_by(Clock::time_point time) {
  {
    const std::lock_guard lock(mutex_);
    stop_by_ = stop_by_ ? std::min(*stop_by_, time) : time;
    post_->cancel_at(*stop_by_);
  }
  changed_.notify_one();
}

void Sender::join() {
  if (thread_.joinable()) thread_.join();
}

void Sender::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stop_by_ || !queue_.empty(); });
    if (queue_.empty()) return;
    if (stop_by_ && Clock::now() >= *stop_by_) {
      counts_.dropped += queue_.size();
      queue_.clear();
      return;
    }
    const Message message = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    deliver(message);
    lock.lock();
  }
}

void Sender::deliver(const Message& message) {
  milliseconds wait = delivery_.retry_first;
  for (;;) {
    const PostResult result = post_->post(message.body);
    const milliseconds pause = scatter(std::min(wait, delivery_.retry_longest));
    if (is_done(result, message, pause)) return;
    wait = std::min(2 * wait, delivery_.retry_longest);
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, pause, [this] { return stop_by_.has_value(); });
  }
}

// Is it delivered, or not to be tried again after `pause`?
bool Sender::is_done(const PostResult& result, const Message& message, milliseconds pause) {
  const std::lock_guard lock(mutex_);
  if (result.kind == PostResult::Kind::delivered) {
    ++counts_.delivered;
    failing_ = false;
    return true;
  }
  ++counts_.failed;
  // A query may hold a token, which is not for a log.
  const std::string where = delivery_.url.substr(0, delivery_.url.find('?'));
  if (!failing_) complaint_ = "cannot send alerts to " + where + ": " + result.why;
  failing_ = true;
  const bool given_up = Clock::now() + pause - message.made > delivery_.give_up_after;
  if (result.kind == PostResult::Kind::failed && !given_up && !stop_by_) return false;
  ++counts_.dropped;
  return true;
}

}  // namespace tmpfstrace
