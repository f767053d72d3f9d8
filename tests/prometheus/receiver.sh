#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# One request of the Alertmanager to its webhook, from and to nc: the message goes to /tmp/messages, a line each.
length=0
while read -r name value; do
	value=${value%?}
	case $name in
	Content-Length:) length=$value ;;
	?) break ;;
	esac
done
head -c "$length" >>/tmp/messages
printf 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
