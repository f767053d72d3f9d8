// SPDX-License-Identifier: Apache-2.0
// Every open connection, what it is doing and since when. The HTTP library's own timeout starts anew with every byte;
// here a request has to be whole, and an answer to be taken, within one timeout.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <string>

#include <microhttpd.h>

#include "web/event_stream.h"
#include "web/tls_policy.h"
#include "web/web_metrics.h"

namespace tmpfstrace {

enum class Phase {
  waiting,    // for a whole request, from its first byte or from none
  checking,   // its password is looked at; suspended
  answering,  // until the answer has been taken
  streaming,  // events, without an end
  cut         // shut down; the library has yet to notice
};

enum class PasswordState { unknown, asked, right, wrong };

struct Connection {
  using Time = std::chrono::steady_clock::time_point;

  MHD_Connection* mhd = nullptr;
  int fd = -1;           // the library's
  std::string address;   // whose budget of passwords it uses
  bool retired = false;  // of a daemon that takes no new connections
  Phase phase = Phase::waiting;
  Time since{};  // it is in this phase
  TlsClient tls;
  // Of the request.
  Time asked{};  // its headers were there
  Handler handler = Handler::other;
  bool uri_too_long = false;
  bool answered = false;           // a response is queued
  bool counts_as_request = false;  // in WebOptions::max_requests
  PasswordState password = PasswordState::unknown;
  std::string digest;  // to remember when it was right
  EventStream stream;
};

class Connections {
 public:
  using Time = Connection::Time;
  using Visit = std::function<void(Connection&)>;

  Connection& add(Connection connection);
  void remove(const Connection& connection);

  std::size_t open() const { return all_.size() - cut_; }
  // Those that had been waiting the longest, if any waits since before `time`.
  Connection* longest_waiting(Time time);
  // Shuts it down; the library ends it at its next turn. One that is suspended must be resumed by the caller.
  void cut(Connection& connection);
  void for_each(const Visit& visit);

 private:
  std::list<Connection> all_;
  std::size_t cut_ = 0;
};

}  // namespace tmpfstrace
