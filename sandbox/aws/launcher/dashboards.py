"""Lists dashboards in JSON as CloudWatch does, with times as numbers: ministack writes them as it does in XML, which no SDK reads."""

import json

from ministack.services import cloudwatch


def install():
    listed = cloudwatch._list_dashboards

    def list_dashboards(params, cbor_data, is_cbor, is_json=False):
        status, headers, body = listed(params, cbor_data, is_cbor, is_json)
        if not is_json:
            return status, headers, body
        answer = json.loads(body)
        for entry in answer["DashboardEntries"]:
            entry["LastModified"] = cloudwatch._dashboards[entry["DashboardName"]]["LastModified"]
        return status, headers, json.dumps(answer).encode()

    cloudwatch._list_dashboards = list_dashboards
