#!/bin/sh
# What is unread for people who have push rules of their own.
OWN=yes
. "$(dirname "$0")/counts.t"
