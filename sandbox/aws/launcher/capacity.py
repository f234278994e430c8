"""DynamoDB: the read and write units that each role's requests take.

Follows https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html.
"""

import itertools
import json
import math

import ministack.app as app
from launcher import usage
from launcher.authorise import caller
from ministack.services import dynamodb

_READS = {"GetItem", "BatchGetItem", "Query", "Scan"}
_WRITES = {"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"}
_BLOCK = 4096


def install():
    handle = app.SERVICE_HANDLERS["dynamodb"]

    async def counted(method, path, headers, body, query_params):
        operation, role = headers.get("x-amz-target", "").split(".")[-1], usage.role_of(caller())
        if role is None or operation not in _READS | _WRITES:
            return await handle(method, path, headers, body, query_params)
        asked = json.loads(body)
        told = json.dumps({**asked, "ReturnConsumedCapacity": "TOTAL"}).encode()
        answer = await handle(method, path, headers, told, query_params)
        reads, writes = _units(operation, asked, answer[0], json.loads(answer[2]))
        usage.add("dynamodb:requests", role)
        usage.add("dynamodb:readUnits", role, reads)
        usage.add("dynamodb:writeUnits", role, writes)
        return answer

    app.SERVICE_HANDLERS["dynamodb"] = counted


def _units(operation, asked, status, answer):
    """Read and write units of a request."""
    if operation in _READS:
        return (_read_units(operation, asked, answer) if status == 200 else 0), 0
    if status == 200:
        used = answer.get("ConsumedCapacity") or {}
        return 0, sum(one["CapacityUnits"] for one in (used if isinstance(used, list) else [used]))
    # A condition that failed is charged as the write: a unit each at least, two in a transaction.
    name = str(answer.get("__type", ""))
    if name.endswith("TransactionCanceledException"):
        return 0, 2 * len(asked["TransactItems"])
    return 0, 1 if name.endswith("ConditionalCheckFailedException") else 0


def _read_units(operation, asked, answer):
    """Of 4 kB begun, half where the read need not be consistent. ministack's own numbers leave sizes out."""
    if operation == "BatchGetItem":
        tables = asked["RequestItems"]
        found = answer.get("Responses") or {}
        missing = sum(len(one["Keys"]) for one in tables.values()) - sum(map(len, found.values()))
        whole = all(one.get("ConsistentRead") for one in tables.values())
        return (1 if whole else 0.5) * (missing + sum(_blocks(_size(item)) for some in found.values() for item in some))
    weight = 1 if asked.get("ConsistentRead") else 0.5
    if operation == "GetItem":
        return weight * _blocks(_size(answer.get("Item")))
    if operation == "Scan":
        # What a filter or a projection leaves out is read all the same.
        return weight * _blocks(answer.get("ScannedCount", 0) * _usual_size(asked["TableName"]))
    return weight * _blocks(sum(map(_size, answer.get("Items") or [])))


def _usual_size(table):
    """The mean of some items."""
    items = (item for some in list(dynamodb._tables[table]["items"].values()) for item in some.values())
    sizes = [_size(item) for item in itertools.islice(items, 500)]
    return sum(sizes) / max(1, len(sizes))


def _size(item):
    return dynamodb._item_size_bytes(item) if item else 0


def _blocks(size):
    return max(1, math.ceil(size / _BLOCK))
