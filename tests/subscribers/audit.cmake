# The audit log by hand and on file systems that break; killed, behind the real relay.
hookwire_test(audit_test
  SOURCES audit_durability_test.cc audit_faults_test.cc audit_gap_test.cc audit_kill_test.cc
          audit_log_test.cc audit_recovery_test.cc
  LIBRARIES hookwire::testing hookwire::audit hookwire::publisher)
