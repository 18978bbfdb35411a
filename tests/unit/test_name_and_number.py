"""A name and an identity number in one message are told apart, however they are typed."""

import pytest

from core.values.name_and_number import split_person, split_unit

NUMBER = "11010519491231002X"
CODE = "91440900MA4W12345X"


@pytest.mark.parametrize(
    "typed",
    [
        f"张三 {NUMBER}",
        f"{NUMBER} 张三",
        f"张三\n{NUMBER}",
        f"{NUMBER}\n张三",
        f"张三,{NUMBER}",
        f"张三\uff0c{NUMBER}",
        f"张三、{NUMBER}。",
        f"张三{NUMBER}",
        f"{NUMBER}张三",
        f"姓名\uff1a张三 身份证号\uff1a{NUMBER}",
        f"身份证{NUMBER} 姓名 张三",
        "张三 110105 19491231 002X",
        "张三 110105 19491231 002 X",
    ],
)
def test_person_and_number_are_told_apart(typed: str) -> None:
    found = split_person(typed)
    assert (found.name, found.number) == ("张三", NUMBER)


@pytest.mark.parametrize(
    ("typed", "name", "number"),
    [
        ("张三", "张三", ""),
        (NUMBER, "", NUMBER),
        ("Li Ming 110105-19491231-002x", "Li Ming", "110105-19491231-002x"),
        ("欧阳·阿里 11010519491231002Y", "欧阳·阿里", "11010519491231002Y"),
        ("张3", "张3", ""),
        ("", "", ""),
    ],
)
def test_one_alone_and_mistyped_ones_are_understood(typed: str, name: str, number: str) -> None:
    found = split_person(typed)
    assert (found.name, found.number) == (name, number)


@pytest.mark.parametrize(
    ("typed", "name", "number"),
    [
        (f"茂名测试有限公司 {CODE}", "茂名测试有限公司", CODE),
        (f"{CODE}\n3M中国有限公司", "3M中国有限公司", CODE),
        ("单位名称:茂名公司 统一社会信用代码:9144 0900 MA4W 1234 5X", "茂名公司", "9144 0900 MA4W 1234 5X"),
        (f"茂名公司,{CODE[:-1]}", "茂名公司", CODE[:-1]),
        ("茂名市第5建筑公司", "茂名市第5建筑公司", ""),
        (CODE, "", CODE),
    ],
)
def test_unit_with_digits_in_its_name_and_code_are_told_apart(typed: str, name: str, number: str) -> None:
    found = split_unit(typed)
    assert (found.name, found.number) == (name, number)
